// The matrix products at one point of Winograd's convolution. Matrices are cut into panels of 8 columns, and each row of
// a panel is 8 neighbouring floats: [panels][rows][8].
import { madd, min } from './simd';

/** Bytes of a row of a panel. */
export const ROW: usize = 32;

/** Columns of a panel. */
const WIDTH = 8;

/**
 * left times right, `rows` (a multiple of 4) rows of it. Each panel of the left matrix is summed on its own: short sums
 * of short sums keep more digits than long ones.
 *
 * @param left panels `leftStep` bytes apart, `depth` (a multiple of 8) columns in all
 * @param right one panel of `depth` rows
 * @param to one panel of `rows` rows
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
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c10 = c00;
    let c11 = c00;
    let c20 = c00;
    let c21 = c00;
    let c30 = c00;
    let c31 = c00;
    let rest = depth;
    while (true) {
      // The branches keep the loads of one step apart from those of the next, or they would not fit the registers.
      let b0 = v128.load(b, 0);
      let b1 = v128.load(b, 16);
      let s0 = v128.load32_splat(a, 0);
      let s1 = v128.load32_splat(a, 32);
      let s2 = v128.load32_splat(a, 64);
      let s3 = v128.load32_splat(a, 96);
      c00 = madd(s0, b0, c00);
      c01 = madd(s0, b1, c01);
      c10 = madd(s1, b0, c10);
      c11 = madd(s1, b1, c11);
      c20 = madd(s2, b0, c20);
      c21 = madd(s2, b1, c21);
      c30 = madd(s3, b0, c30);
      c31 = madd(s3, b1, c31);
      if (rest === 1) break;
      b0 = v128.load(b, 32);
      b1 = v128.load(b, 48);
      s0 = v128.load32_splat(a, 4);
      s1 = v128.load32_splat(a, 36);
      s2 = v128.load32_splat(a, 68);
      s3 = v128.load32_splat(a, 100);
      c00 = madd(s0, b0, c00);
      c01 = madd(s0, b1, c01);
      c10 = madd(s1, b0, c10);
      c11 = madd(s1, b1, c11);
      c20 = madd(s2, b0, c20);
      c21 = madd(s2, b1, c21);
      c30 = madd(s3, b0, c30);
      c31 = madd(s3, b1, c31);
      if (rest === 2) break;
      b0 = v128.load(b, 64);
      b1 = v128.load(b, 80);
      s0 = v128.load32_splat(a, 8);
      s1 = v128.load32_splat(a, 40);
      s2 = v128.load32_splat(a, 72);
      s3 = v128.load32_splat(a, 104);
      c00 = madd(s0, b0, c00);
      c01 = madd(s0, b1, c01);
      c10 = madd(s1, b0, c10);
      c11 = madd(s1, b1, c11);
      c20 = madd(s2, b0, c20);
      c21 = madd(s2, b1, c21);
      c30 = madd(s3, b0, c30);
      c31 = madd(s3, b1, c31);
      if (rest === 3) break;
      b0 = v128.load(b, 96);
      b1 = v128.load(b, 112);
      s0 = v128.load32_splat(a, 12);
      s1 = v128.load32_splat(a, 44);
      s2 = v128.load32_splat(a, 76);
      s3 = v128.load32_splat(a, 108);
      c00 = madd(s0, b0, c00);
      c01 = madd(s0, b1, c01);
      c10 = madd(s1, b0, c10);
      c11 = madd(s1, b1, c11);
      c20 = madd(s2, b0, c20);
      c21 = madd(s2, b1, c21);
      c30 = madd(s3, b0, c30);
      c31 = madd(s3, b1, c31);
      rest -= 4;
      if (rest === 0) break;
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
 * The transpose of left times right: 8 by 8 values, the sums over `rows` rows of the products of their columns.
 *
 * @param left one panel of `rows` rows
 * @param right one panel of `rows` rows
 * @param to 8 rows of 8 floats, `toStep` bytes apart
 * @param kept bits of `to` that count as a summand: none or all
 */
export function panelTimesPanel(left: usize, right: usize, rows: i32, to: usize, toStep: usize, kept: v128): void {
  for (let half = 0; half < 2; half++) {
    let a = left;
    let b = right;
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c10 = c00;
    let c11 = c00;
    let c20 = c00;
    let c21 = c00;
    let c30 = c00;
    let c31 = c00;
    let rest = rows;
    while (true) {
      let b0 = v128.load(b, 0);
      let b1 = v128.load(b, 16);
      let s0 = v128.load32_splat(a, 0);
      let s1 = v128.load32_splat(a, 4);
      let s2 = v128.load32_splat(a, 8);
      let s3 = v128.load32_splat(a, 12);
      c00 = madd(s0, b0, c00);
      c01 = madd(s0, b1, c01);
      c10 = madd(s1, b0, c10);
      c11 = madd(s1, b1, c11);
      c20 = madd(s2, b0, c20);
      c21 = madd(s2, b1, c21);
      c30 = madd(s3, b0, c30);
      c31 = madd(s3, b1, c31);
      if (rest === 1) break;
      b0 = v128.load(b, 32);
      b1 = v128.load(b, 48);
      s0 = v128.load32_splat(a, 32);
      s1 = v128.load32_splat(a, 36);
      s2 = v128.load32_splat(a, 40);
      s3 = v128.load32_splat(a, 44);
      c00 = madd(s0, b0, c00);
      c01 = madd(s0, b1, c01);
      c10 = madd(s1, b0, c10);
      c11 = madd(s1, b1, c11);
      c20 = madd(s2, b0, c20);
      c21 = madd(s2, b1, c21);
      c30 = madd(s3, b0, c30);
      c31 = madd(s3, b1, c31);
      rest -= 2;
      if (rest === 0) break;
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
