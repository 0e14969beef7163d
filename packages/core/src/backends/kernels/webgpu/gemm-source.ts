import { type TileShape, threadsOf } from './tile-shape.ts';

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
  const threads = threadsOf(tile);
  const threadColumns = columns / columnsPerThread;
  const threadRows = rows / rowsPerThread;
  const a = operand('a', problem.aAlong === 'depth', rows, depth, threads);
  const b = operand('b', problem.bAlong === 'depth', columns, depth, threads);
  const groups = columnsPerThread / 4;
  const vector = inShared === 'f32' ? 'vec4f' : 'vec4<f16>';

  const rowOf = (i: number) =>
    problem.aAlong === 'depth'
      ? `thread_row + ${i * threadRows}`
      : `4 * (thread_row + ${Math.floor(i / 4) * threadRows}) + ${i % 4}`;
  const columnOf = (j: number) =>
    problem.bAlong === 'depth'
      ? `thread_column + ${j * threadColumns}`
      : `4 * (thread_column + ${Math.floor(j / 4) * threadColumns}) + ${j % 4}`;

  return `${inShared === 'f16' ? 'enable f16;\n' : ''}${problem.source}
var<workgroup> a_tile: array<${vector}, ${a.size}>;
var<workgroup> b_tile: array<${vector}, ${b.size}>;

@compute @workgroup_size(${threads})
fn main(
  @builtin(local_invocation_index) thread_index: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let problem = problem_of(group.z);
  let tile_index = i32(group.y * groups.x + group.x);
  let tiles_across = (${problem.columns} + ${columns - 1}) / ${columns};
  let first_row = tile_index / tiles_across * ${rows};
  let first_column = tile_index % tiles_across * ${columns};
  if (first_row >= problem.rows) { return; }
  let thread = i32(thread_index);
  let thread_row = thread / ${threadColumns};
  let thread_column = thread % ${threadColumns};
  ${a.declare}
  ${b.declare}
  ${a.slots.map((slot) => `let a_row_${slot} = row_of_a(first_row + ${a.across(slot)}, problem);`).join('\n  ')}
  ${times(rowsPerThread, (i) => times(groups, (g) => `var sum_${i}_${g} = vec4f();`).join(' ')).join('\n  ')}
  var k = problem.first;
  ${tile.prefetch ? fetch('var ') : ''}
  while (k < problem.end) {
    ${tile.prefetch ? '' : fetch('let ')}
    ${a.slots.map((slot) => a.guard(slot, `a_tile[${a.place(slot)}] = ${vector}(a_next_${slot});`)).join('\n    ')}
    ${b.slots.map((slot) => b.guard(slot, `b_tile[${b.place(slot)}] = ${vector}(b_next_${slot});`)).join('\n    ')}
    workgroupBarrier();
    k += ${depth};
    ${tile.prefetch ? fetch('') : ''}
    for (var step = 0; step < ${depth / 4}; step++) {
      ${products(problem, tile).join('\n      ')}
    }
    workgroupBarrier();
  }
  ${times(rowsPerThread, (i) => storeRow(i).join('\n    ')).join('\n  ')}
}
`;

  /** Reads the next vectors of both operands; `declaration` goes before the names. */
  function fetch(declaration: string): string {
    return [
      ...a.slots.map((i) => `${declaration}a_next_${i} = load_a(a_row_${i}, k + ${a.down(i)}, problem);`),
      ...b.slots.map(
        (i) => `${declaration}b_next_${i} = load_b(k + ${b.down(i)}, first_column + ${b.across(i)}, problem);`,
      ),
    ].join('\n    ');
  }

  function storeRow(i: number): string[] {
    const m = `first_row + ${rowOf(i)}`;
    const stores =
      problem.bAlong === 'depth'
        ? times(columnsPerThread, (j) => `store_one(start, first_column + ${columnOf(j)}, ${sum(i, j)});`)
        : times(groups, (g) => `store(start, first_column + ${columnOf(4 * g)}, sum_${i}_${g});`);
    return [`if (${m} < problem.rows) {`, `let start = start_of(${m}, problem);`, ...stores, '}'];
  }

  function products({ aAlong, bAlong }: GemmProblem, tile: TileShape): string[] {
    const lines: string[] = [];
    if (aAlong === 'depth') {
      for (let i = 0; i < rowsPerThread; i++) {
        lines.push(`let a_${i} = vec4f(a_tile[(${rowOf(i)}) * ${a.stride} + step]);`);
      }
    }
    if (bAlong === 'depth') {
      for (let j = 0; j < columnsPerThread; j++) {
        lines.push(`let b_${j} = vec4f(b_tile[(${columnOf(j)}) * ${b.stride} + step]);`);
      }
    }
    for (let e = 0; e < 4; e++) {
      const component = 'xyzw'[e]!;
      if (aAlong === 'rows') {
        for (let q = 0; q < rowsPerThread / 4; q++) {
          lines.push(
            `let a_${e}_${q} = vec4f(a_tile[(4 * step + ${e}) * ${a.stride} + thread_row + ${q * threadRows}]);`,
          );
        }
      }
      for (let g = 0; g < groups; g++) {
        lines.push(
          bAlong === 'depth'
            ? `let b_${e}_${g} = vec4f(${[0, 1, 2, 3].map((j) => `b_${4 * g + j}.${component}`).join(', ')});`
            : `let b_${e}_${g} = vec4f(b_tile[(4 * step + ${e}) * ${b.stride} + thread_column + ${g * threadColumns}]);`,
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

/** How the invocations of a workgroup bring a tile of an operand into shared memory, in slots of one vector each. */
interface Operand {
  readonly declare: string;
  readonly slots: readonly number[];
  /** Vectors between neighbours: rows of the tile if the operand lies along the depth, else steps of k. */
  readonly stride: number;
  /** Vectors in shared memory. */
  readonly size: number;
  /** Row or column of the tile at which a slot starts. */
  across(slot: number): string;
  /** k within the tile at which a slot starts. */
  down(slot: number): string;
  place(slot: number): string;
  guard(slot: number, statement: string): string;
}

function operand(name: string, alongDepth: boolean, width: number, depth: number, threads: number): Operand {
  // A row of vectors in memory, `run` long; padded along the depth, so that neighbouring rows lie in different banks.
  const run = (alongDepth ? depth : width) / 4;
  const lines = alongDepth ? width : depth;
  const stride = alongDepth ? run + 1 : run;
  const vectors = run * lines;
  const slots = times(Math.ceil(vectors / threads), (slot) => slot);
  // With threads a multiple of the run, all slots of an invocation are at the same place of a run.
  const linesPerSlot = threads / run;
  if (!Number.isInteger(linesPerSlot) && linesPerSlot < 1 && run % threads !== 0) {
    throw new Error(`${threads} threads do not divide runs of ${run}.`);
  }
  const line = (slot: number) =>
    linesPerSlot >= 1 ? `${name}_line + ${slot * linesPerSlot}` : `${Math.floor((slot * threads) / run)}`;
  const place = (slot: number) => (linesPerSlot >= 1 ? `${name}_vector` : `${name}_vector + ${(slot * threads) % run}`);
  return {
    declare: `let ${name}_line = thread / ${run}; let ${name}_vector = thread % ${run};`,
    slots,
    stride,
    size: stride * lines,
    across: (slot) => (alongDepth ? line(slot) : `4 * (${place(slot)})`),
    down: (slot) => (alongDepth ? `4 * (${place(slot)})` : line(slot)),
    place: (slot) => `(${line(slot)}) * ${stride} + ${place(slot)}`,
    guard: (slot, statement) =>
      (slot + 1) * threads <= vectors ? statement : `if (thread + ${slot * threads} < ${vectors}) { ${statement} }`,
  };
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
