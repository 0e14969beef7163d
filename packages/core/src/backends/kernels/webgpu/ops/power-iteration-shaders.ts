import { ceilDiv } from '../../arithmetic.ts';
import type { GpuProgram } from '../device/gpu-program.ts';
import { kernelProgram, laneSum, read, THREADS, write } from '../device/kernel-source.ts';

/** One layer, with its weight as a matrix of `rows` by `columns`, and where its numbers lie in the scratch memory. */
export interface LayerPlan {
  readonly rows: number;
  readonly columns: number;
  /** Parts into which the rows are divided. */
  readonly slabs: number;
  /** Place of t = W u, `[rows]`. */
  readonly rowSums: number;
  /** Place of the slabs' parts of s = W^T t, `[slabs, columns]`. */
  readonly columnSums: number;
}

/** A program over several layers, and the workgroups it takes. */
export interface LayersProgram {
  readonly program: () => GpuProgram;
  readonly workgroups: number;
}

/** Rows of a weight whose part of s = W^T t one workgroup sums. */
export const SLAB_ROWS = 256;
/** Threads side by side along a row of a weight. */
const ROW_LANES = 16;
const ROWS_OF_WORKGROUP = THREADS / ROW_LANES;
/** Columns side by side in a workgroup. */
const COLUMN_LANES = 16;
/** Added to lengths, as in the reference. */
const EPSILON = '1e-12f';

/** t = W u: a workgroup takes some rows. Binds the scratch memory, then weight and u of each layer. */
export function projectRows(label: string, plans: readonly LayerPlan[]): LayersProgram {
  const counts = plans.map(({ rows }) => ceilDiv(rows, ROWS_OF_WORKGROUP));
  const program = () =>
    kernelProgram({
      label,
      storage: [write('scratch'), ...plans.flatMap((_, n) => [read(`weight${n}`), read(`u${n}`)])],
      parameters: [],
      declarations: `var<workgroup> rowSums: array<f32, ${THREADS}>;`,
      main: `
  let lane = thread % ${ROW_LANES}u;
  var sum = 0f;
  var rows = 0u;
  var row = 0u;
  var to = 0u;
  ${inLayers(
    counts,
    (n, place) => `
    rows = ${plans[n]!.rows}u;
    row = ${place} * ${ROWS_OF_WORKGROUP}u + thread / ${ROW_LANES}u;
    to = ${plans[n]!.rowSums}u + row;
    if (row < rows) {
      for (var column = lane; column < ${plans[n]!.columns}u; column += ${ROW_LANES}u) {
        sum += weight${n}[row * ${plans[n]!.columns}u + column] * u${n}[column];
      }
    }`,
  )}
  rowSums[thread] = sum;
  for (var reach = ${ROW_LANES / 2}u; reach > 0u; reach /= 2u) {
    workgroupBarrier();
    if (lane < reach) { rowSums[thread] += rowSums[thread + reach]; }
  }
  if (lane == 0u && row < rows) { scratch[to] = rowSums[thread]; }`,
    });
  return { program, workgroups: total(counts) };
}

/** Parts of s = W^T t: a workgroup takes some columns of a slab. Binds the scratch memory, then the weights. */
export function projectColumns(label: string, plans: readonly LayerPlan[]): LayersProgram {
  const counts = plans.map(({ columns, slabs }) => slabs * ceilDiv(columns, COLUMN_LANES));
  const program = () =>
    kernelProgram({
      label,
      storage: [write('scratch'), ...plans.map((_, n) => read(`weight${n}`))],
      parameters: [],
      declarations: laneSum('f32', COLUMN_LANES),
      main: `
  var sum = 0f;
  var column = 0u;
  var columns = 0u;
  var to = 0u;
  ${inLayers(
    counts,
    (n, place) => `
    columns = ${plans[n]!.columns}u;
    let blocks = ${ceilDiv(plans[n]!.columns, COLUMN_LANES)}u;
    let slab = ${place} / blocks;
    column = (${place} % blocks) * ${COLUMN_LANES}u + thread % ${COLUMN_LANES}u;
    to = ${plans[n]!.columnSums}u + slab * columns + column;
    let end = min((slab + 1u) * ${SLAB_ROWS}u, ${plans[n]!.rows}u);
    if (column < columns) {
      for (var row = slab * ${SLAB_ROWS}u + thread / ${COLUMN_LANES}u; row < end; row += ${THREADS / COLUMN_LANES}u) {
        sum += weight${n}[row * columns + column] * scratch[${plans[n]!.rowSums}u + row];
      }
    }`,
  )}
  sum = laneSum(sum, thread);
  if (thread < ${COLUMN_LANES}u && column < columns) { scratch[to] = sum; }`,
    });
  return { program, workgroups: total(counts) };
}

/** v = t / |t| and u = s / |s|: a workgroup for each layer. Binds the scratch memory, then u and v of each layer. */
export function finishVectors(label: string, plans: readonly LayerPlan[]): LayersProgram {
  const program = () =>
    kernelProgram({
      label,
      storage: [write('scratch'), ...plans.flatMap((_, n) => [write(`u${n}`), write(`v${n}`)])],
      parameters: [],
      declarations: laneSum('f32', 1),
      main: `
  var rows = 0u;
  var columns = 0u;
  var slabs = 0u;
  var rowSums = 0u;
  var columnSums = 0u;
  ${inLayers(
    plans.map(() => 1),
    (n) => `
    rows = ${plans[n]!.rows}u;
    columns = ${plans[n]!.columns}u;
    slabs = ${plans[n]!.slabs}u;
    rowSums = ${plans[n]!.rowSums}u;
    columnSums = ${plans[n]!.columnSums}u;`,
  )}
  var squares = 0f;
  for (var row = thread; row < rows; row += ${THREADS}u) {
    let t = scratch[rowSums + row];
    squares += t * t;
  }
  let length = sqrt(laneSum(squares, thread)) + ${EPSILON};
  squares = 0;
  for (var column = thread; column < columns; column += ${THREADS}u) {
    var s = 0f;
    for (var slab = 0u; slab < slabs; slab++) { s += scratch[columnSums + slab * columns + column]; }
    s /= length;
    scratch[columnSums + column] = s;
    squares += s * s;
  }
  let otherLength = sqrt(laneSum(squares, thread)) + ${EPSILON};
  ${inLayers(
    plans.map(() => 1),
    (n) => `
    for (var row = thread; row < rows; row += ${THREADS}u) { v${n}[row] = scratch[rowSums + row] / length; }
    for (var column = thread; column < columns; column += ${THREADS}u) {
      u${n}[column] = scratch[columnSums + column] / otherLength;
    }`,
  )}`,
    });
  return { program, workgroups: plans.length };
}

/** WGSL branches by the workgroup's layer: the layers' workgroups follow each other. */
function inLayers(counts: readonly number[], body: (n: number, place: string) => string): string {
  let end = 0;
  const branches = counts.map((count, n) => {
    const first = end;
    end += count;
    return `if (group.x + group.y * groups.x < ${end}u) {${body(n, `(group.x + group.y * groups.x - ${first}u)`)}
  }`;
  });
  return branches.join(' else ');
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
