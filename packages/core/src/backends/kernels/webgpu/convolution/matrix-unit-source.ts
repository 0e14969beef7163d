import type { GemmProblem } from './gemm-source.ts';
import { fetchStatements, stageStatements, startStatements, tileLoading } from './tile-loading.ts';
import { MATRIX_TILE_PADDING, type MatrixTileShape, type MatrixUnit, matrixWorkgroupOf } from './tile-shape.ts';

/**
 * The WGSL of a tiled matrix product on a matrix unit, in the subgroup matrices of Dawn
 * (`chromium_experimental_subgroup_matrix`): operands are scaled and rounded to half precision on the way to shared
 * memory, products are summed in float32.
 */
export function matrixUnitSource(problem: GemmProblem, tile: MatrixTileShape, unit: MatrixUnit): string {
  const { rows, columns, depth, subgroupRows, subgroupColumns } = tile;
  const across = columns / subgroupColumns;
  const subgroups = (rows / subgroupRows) * across;
  const { threads } = matrixWorkgroupOf(tile, unit);
  const blockRows = indices(subgroupRows / unit.rows);
  const blockColumns = indices(subgroupColumns / unit.columns);
  const a = tileLoading('a', problem.aAlong === 'depth', { width: rows, depth, threads, padding: MATRIX_TILE_PADDING });
  const b = tileLoading('b', problem.bAlong === 'depth', {
    width: columns,
    depth,
    threads,
    padding: MATRIX_TILE_PADDING,
  });
  const resultType = `subgroup_matrix_result<f32, ${unit.columns}, ${unit.rows}>`;
  const blockValues = unit.rows * unit.columns;

  const loadLeft = (step: number, i: number) => {
    const row = `(subgroup_row + ${i * unit.rows}u)`;
    const k = step * unit.depth;
    return problem.aAlong === 'depth'
      ? matrixLoad('a', `left<f16, ${unit.depth}, ${unit.rows}>`, 'row_major', `${row} * ${a.stride}u + ${k / 4}u`, a)
      : matrixLoad('a', `left<f16, ${unit.depth}, ${unit.rows}>`, 'col_major', `${k * a.stride}u + ${row} / 4u`, a);
  };
  const loadRight = (step: number, j: number) => {
    const column = `(subgroup_column + ${j * unit.columns}u)`;
    const k = step * unit.depth;
    const type = `right<f16, ${unit.columns}, ${unit.depth}>`;
    return problem.bAlong === 'depth'
      ? matrixLoad('b', type, 'col_major', `${column} * ${b.stride}u + ${k / 4}u`, b)
      : matrixLoad('b', type, 'row_major', `${k * b.stride}u + ${column} / 4u`, b);
  };

  return `enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
${problem.source}
var<workgroup> a_tile: array<vec4<f16>, ${a.size}>;
var<workgroup> b_tile: array<vec4<f16>, ${b.size}>;
var<workgroup> blocks: array<f32, ${subgroups * blockValues}>;

@compute @workgroup_size(${threads})
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  ${startStatements(problem, tile, a, b)}
  let subgroup_row = subgroup / ${across}u * ${subgroupRows}u;
  let subgroup_column = subgroup % ${across}u * ${subgroupColumns}u;
  ${blockRows.map((i) => blockColumns.map((j) => `var sum_${i}_${j}: ${resultType};`).join(' ')).join('\n  ')}
  var k = problem.first;
  ${fetchStatements(a, b, 'var ')}
  while (k < problem.end) {
    ${stageStatements(a, b, 'vec4<f16>')}
    workgroupBarrier();
    k += ${depth};
    ${fetchStatements(a, b, '')}
    ${indices(depth / unit.depth)
      .flatMap((step) => [
        ...blockRows.map((i) => `let left_${step}_${i} = ${loadLeft(step, i)};`),
        ...blockColumns.flatMap((j) => [
          `let right_${step}_${j} = ${loadRight(step, j)};`,
          ...blockRows.map(
            (i) =>
              `sum_${i}_${j} = subgroupMatrixMultiplyAccumulate(left_${step}_${i}, right_${step}_${j}, sum_${i}_${j});`,
          ),
        ]),
      ])
      .join('\n    ')}
    workgroupBarrier();
  }
  ${blockRows.flatMap((i) => blockColumns.map((j) => storeBlock(i, j))).join('\n  ')}
}
`;

  /** Which invocation holds which value of a subgroup matrix is not defined: a block goes through shared memory. */
  function storeBlock(i: number, j: number): string {
    const width = problem.bAlong === 'depth' ? 1 : 4;
    const perRow = unit.columns / width;
    const reads = Array.from({ length: Math.ceil(blockValues / width / unit.subgroupSize) }, (_, read) => {
      const item = `(lane + ${read * unit.subgroupSize}u)`;
      const row = `first_row + i32(subgroup_row + ${i * unit.rows}u + ${item} / ${perRow}u)`;
      const column = `first_column + i32(subgroup_column + ${j * unit.columns}u + ${item} % ${perRow}u * ${width}u)`;
      const place = `subgroup * ${blockValues}u + ${item} * ${width}u`;
      const store =
        width === 1
          ? `store_one(start_of(${row}, problem), ${column}, blocks[${place}] * a_unscale * b_unscale);`
          : `let at = ${place};
    let values = vec4f(blocks[at], blocks[at + 1u], blocks[at + 2u], blocks[at + 3u]);
    store(start_of(${row}, problem), ${column}, values * a_unscale * b_unscale);`;
      return `if (${row} < problem.rows) { ${store} }`;
    });
    return `subgroupMatrixStore<row_major>(&blocks, subgroup * ${blockValues}u, sum_${i}_${j}, ${unit.columns}u);
  workgroupBarrier();
  ${reads.join('\n  ')}
  workgroupBarrier();`;
  }
}

function matrixLoad(operand: string, type: string, order: string, at: string, { stride }: { stride: number }): string {
  return `subgroupMatrixLoad<subgroup_matrix_${type}, ${order}>(&${operand}_tile, ${at}, ${stride}u)`;
}

function indices(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
