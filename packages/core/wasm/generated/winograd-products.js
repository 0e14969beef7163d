// The matrix products at one point of Winograd's convolution. Matrices are cut into panels of 8 columns, and each row of
// a panel is 8 neighbouring floats: [panels][rows][8].
import { declareSums, steps } from './register-tile.js';

const TILE = { rows: 4, columns: 2 };

/** The tile is summed over so many steps at once. */
const product = (count, left) => `
    ${declareSums(TILE.rows, TILE.columns, () => 'f32x4.splat(0)')}
    let rest = ${count === 4 ? 'depth' : 'rows'};
    while (true) {
      ${steps(count, { ...TILE, right: 'b', left, counter: 'rest' })}
`;

export default `
import { madd, min } from './simd';

/** Bytes of a row of a panel. */
export const ROW: usize = 32;

/** Columns of a panel. */
const WIDTH = 8;

/**
 * left times right, \`rows\` (a multiple of 4) rows of it. Each panel of the left matrix is summed on its own: short sums
 * of short sums keep more digits than long ones.
 *
 * @param left panels \`leftStep\` bytes apart, \`depth\` (a multiple of 8) columns in all
 * @param right one panel of \`depth\` rows
 * @param to one panel of \`rows\` rows
 */
export function rowsTimesPanel(left: usize, leftStep: usize, depth: i32, right: usize, rows: i32, to: usize): void {
  let kept = v128.splat<i32>(0);
  for (let column = 0; column < depth; column += WIDTH) {
    addProduct(left, min(WIDTH, depth - column), right, rows, to, kept);
    left += leftStep;
    right += WIDTH * ROW;
    kept = v128.splat<i32>(-1);
  }
}

/** One panel of the left matrix times as many rows of the right one: tiles of 4 rows by 8 columns, held in registers. */
function addProduct(left: usize, depth: i32, right: usize, rows: i32, to: usize, kept: v128): void {
  for (let row = 0; row < rows; row += 4) {
    let a = left;
    let b = right;
${product(4, (row, step) => `a, ${32 * row + 4 * step}`)}
      a += 16;
      b += 128;
    }
    addRow(to, c00, c01, kept);
    addRow(to + ROW, c10, c11, kept);
    addRow(to + 2 * ROW, c20, c21, kept);
    addRow(to + 3 * ROW, c30, c31, kept);
    left += 4 * ROW;
    to += 4 * ROW;
  }
}

/**
 * The transpose of left times right: 8 by 8 values, the sums over \`rows\` rows of the products of their columns.
 *
 * @param left one panel of \`rows\` rows
 * @param right one panel of \`rows\` rows
 * @param to 8 rows of 8 floats, \`toStep\` bytes apart
 * @param kept bits of \`to\` that count as a summand: none or all
 */
export function panelTimesPanel(left: usize, right: usize, rows: i32, to: usize, toStep: usize, kept: v128): void {
  for (let half = 0; half < 2; half++) {
    let a = left;
    let b = right;
${product(2, (row, step) => `a, ${4 * row + 32 * step}`)}
      a += 2 * ROW;
      b += 2 * ROW;
    }
    addRow(to, c00, c01, kept);
    addRow(to + toStep, c10, c11, kept);
    to += 2 * toStep;
    addRow(to, c20, c21, kept);
    addRow(to + toStep, c30, c31, kept);
    to += 2 * toStep;
    left += 16;
  }
}

function addRow(to: usize, low: v128, high: v128, kept: v128): void {
  v128.store(to, f32x4.add(v128.and(v128.load(to), kept), low));
  v128.store(to, f32x4.add(v128.and(v128.load(to, 16), kept), high), 16);
}
`;
