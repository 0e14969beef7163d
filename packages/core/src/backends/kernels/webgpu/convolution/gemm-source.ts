import { fetchStatements, stageStatements, startStatements, tileLoading } from './tile-loading.ts';
import { type TileShape, workgroupOf } from './tile-shape.ts';

/**
 * A matrix product result[m, n] = sum over k of a[m, k] b[k, n] whose operands are gathered from tensors. Its WGSL defines
 *
 * - `struct Problem { rows: i32, first: i32, end: i32, ... }` and `fn problem_of(z: u32) -> Problem`: the rows, and the
 *   range of k, that the workgroups with this z compute;
 * - `struct RowOfA`, `fn row_of_a(m: i32, problem: Problem) -> RowOfA`, `fn load_a(row: RowOfA, k: i32, problem: Problem)
 *   -> vec4f`: of an operand along the depth the values k ... k + 3 of row m, of one along the rows the values of rows
 *   m ... m + 3 at k. Zero for k outside of the range, anything finite for rows outside of the matrix;
 * - `fn load_b(k: i32, n: i32, problem: Problem) -> vec4f`: of an operand along the depth the values k ... k + 3 of column
 *   n, of one along the columns the values n ... n + 3 of row k. Anything finite outside of the matrix;
 * - `fn scale_of_a() -> f32`, `fn scale_of_b() -> f32`: powers of two by which the operands are multiplied before they are
 *   rounded to half precision; 1 else;
 * - `fn start_of(m: i32, problem: Problem) -> i32`: where row m of the result starts;
 * - `fn store(start: i32, n: i32, values: vec4f)`, or, if b lies along the depth, `fn store_one(start: i32, n: i32, value:
 *   f32)`: takes the results n ... n + 3 of a row, and drops those outside of the matrix.
 */
export interface GemmProblem {
  readonly source: string;
  /** Columns of the result, as an expression of WGSL. */
  readonly columns: string;
  /** The direction in which neighbours of an operand lie in memory. */
  readonly aAlong: 'depth' | 'rows';
  readonly bAlong: 'depth' | 'columns';
}

/**
 * The WGSL of a tiled matrix product: tiles of both operands go through shared memory, the next ones are fetched into
 * registers while these are multiplied. Sums run over k in order, so results do not depend on timing.
 */
export function gemmSource(problem: GemmProblem, tile: TileShape, inShared: 'f32' | 'f16'): string {
  const { rows, columns, depth, rowsPerThread, columnsPerThread } = tile;
  const { threads } = workgroupOf(tile, inShared === 'f32' ? 4 : 2);
  const threadColumns = columns / columnsPerThread;
  const threadRows = rows / rowsPerThread;
  const padding = (along: string) => (along === 'depth' ? 1 : 0);
  const a = tileLoading('a', problem.aAlong === 'depth', {
    width: rows,
    depth,
    threads,
    padding: padding(problem.aAlong),
  });
  const b = tileLoading('b', problem.bAlong === 'depth', {
    width: columns,
    depth,
    threads,
    padding: padding(problem.bAlong),
  });
  const groups = columnsPerThread / 4;
  const vector = inShared === 'f32' ? 'vec4f' : 'vec4<f16>';

  const rowOf = (i: number) =>
    problem.aAlong === 'depth'
      ? `thread_row + ${i * threadRows}u`
      : `4u * (thread_row + ${Math.floor(i / 4) * threadRows}u) + ${i % 4}u`;
  const columnOf = (j: number) =>
    problem.bAlong === 'depth'
      ? `thread_column + ${j * threadColumns}u`
      : `4u * (thread_column + ${Math.floor(j / 4) * threadColumns}u) + ${j % 4}u`;

  return `${inShared === 'f16' ? 'enable f16;\n' : ''}${problem.source}
var<workgroup> a_tile: array<${vector}, ${a.size}>;
var<workgroup> b_tile: array<${vector}, ${b.size}>;

@compute @workgroup_size(${threads})
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  ${startStatements(problem, tile, a, b)}
  let thread_row = thread / ${threadColumns}u;
  let thread_column = thread % ${threadColumns}u;
  ${times(rowsPerThread, (i) => times(groups, (g) => `var sum_${i}_${g} = vec4f();`).join(' ')).join('\n  ')}
  var k = problem.first;
  ${tile.prefetch ? fetchStatements(a, b, 'var ') : ''}
  while (k < problem.end) {
    ${tile.prefetch ? '' : fetchStatements(a, b, 'let ')}
    ${stageStatements(a, b, vector)}
    workgroupBarrier();
    k += ${depth};
    ${tile.prefetch ? fetchStatements(a, b, '') : ''}
    for (var step = 0u; step < ${depth / 4}u; step++) {
      ${products(problem, tile).join('\n      ')}
    }
    workgroupBarrier();
  }
  ${times(rowsPerThread, (i) => storeRow(i).join('\n    ')).join('\n  ')}
}
`;

  function storeRow(i: number): string[] {
    const m = `first_row + i32(${rowOf(i)})`;
    const stores =
      problem.bAlong === 'depth'
        ? times(
            columnsPerThread,
            (j) => `store_one(start, first_column + i32(${columnOf(j)}), ${sum(i, j)} * a_unscale * b_unscale);`,
          )
        : times(
            groups,
            (g) => `store(start, first_column + i32(${columnOf(4 * g)}), sum_${i}_${g} * a_unscale * b_unscale);`,
          );
    return [`if (${m} < problem.rows) {`, `let start = start_of(${m}, problem);`, ...stores, '}'];
  }

  function products({ aAlong, bAlong }: GemmProblem, tile: TileShape): string[] {
    const lines: string[] = [];
    if (aAlong === 'depth') {
      for (let i = 0; i < rowsPerThread; i++) {
        lines.push(`let a_${i} = vec4f(a_tile[(${rowOf(i)}) * ${a.stride}u + step]);`);
      }
    }
    if (bAlong === 'depth') {
      for (let j = 0; j < columnsPerThread; j++) {
        lines.push(`let b_${j} = vec4f(b_tile[(${columnOf(j)}) * ${b.stride}u + step]);`);
      }
    }
    for (let e = 0; e < 4; e++) {
      const component = 'xyzw'[e]!;
      if (aAlong === 'rows') {
        for (let q = 0; q < rowsPerThread / 4; q++) {
          lines.push(
            `let a_${e}_${q} = vec4f(a_tile[(4u * step + ${e}u) * ${a.stride}u + thread_row + ${q * threadRows}u]);`,
          );
        }
      }
      for (let g = 0; g < groups; g++) {
        lines.push(
          bAlong === 'depth'
            ? `let b_${e}_${g} = vec4f(${[0, 1, 2, 3].map((j) => `b_${4 * g + j}.${component}`).join(', ')});`
            : `let b_${e}_${g} = vec4f(b_tile[(4u * step + ${e}u) * ${b.stride}u + thread_column + ${g * threadColumns}u]);`,
        );
      }
      for (let i = 0; i < tile.rowsPerThread; i++) {
        const factor = aAlong === 'depth' ? `a_${i}.${component}` : `a_${e}_${Math.floor(i / 4)}.${'xyzw'[i % 4]}`;
        for (let g = 0; g < groups; g++) {
          lines.push(`sum_${i}_${g} = fma(vec4f(${factor}), b_${e}_${g}, sum_${i}_${g});`);
        }
      }
    }
    return lines;
  }
}

function sum(i: number, j: number): string {
  return `sum_${i}_${Math.floor(j / 4)}.${'xyzw'[j % 4]}`;
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
