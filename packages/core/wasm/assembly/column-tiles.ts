// The inner loops of the convolutions: a few output positions times a few output channels, held in registers.
//
// `table` lists, for each position, the address of its first input value and of its output (two u32). The input of a
// position is `runs` stretches of `run` contiguous floats, `rowBytes` apart: in NHWC a kernel row of a pixel is one
// contiguous stretch. `offset` is added to each output address. `panel` holds the bias and then the filter, in the order in which it is read.
import { madd } from './simd';

/** Positions that a column tile computes at once. */
export const TILE_POSITIONS = 4;

function storeFour(out: usize, value: v128, columns: i32): void {
  if (columns >= 4) {
    v128.store(out, value);
    return;
  }
  store<f32>(out, f32x4.extract_lane(value, 0));
  if (columns > 1) store<f32>(out, f32x4.extract_lane(value, 1), 4);
  if (columns > 2) store<f32>(out, f32x4.extract_lane(value, 2), 8);
}

function storeEight(out: usize, low: v128, high: v128, columns: i32): void {
  v128.store(out, low);
  storeFour(out + 16, high, columns - 4);
}

/** 4 positions by 5 to 8 channels; `columns` of them are stored. */
export function tileEight(
  table: usize,
  panel: usize,
  runs: i32,
  run: i32,
  rowBytes: usize,
  offset: usize,
  columns: i32,
): void {
  let a0 = load<usize>(table, 0);
  let a1 = load<usize>(table, 8);
  let a2 = load<usize>(table, 16);
  let a3 = load<usize>(table, 24);
  let c00 = v128.load(panel, 0);
  let c01 = v128.load(panel, 16);
  let c10 = c00;
  let c11 = c01;
  let c20 = c00;
  let c21 = c01;
  let c30 = c00;
  let c31 = c01;
  let b = panel + 32;
  const whole = (<usize>((run - 1) & ~3)) << 2;
  const skip = rowBytes - whole;
  const rest = ((<usize>run) << 5) - whole * 8;
  for (let y = 0; y < runs; y++) {
    let left = run;
    while (true) {
      let b0 = v128.load(b, 0);
      let b1 = v128.load(b, 16);
      let s0 = v128.load32_splat(a0, 0);
      let s1 = v128.load32_splat(a1, 0);
      let s2 = v128.load32_splat(a2, 0);
      let s3 = v128.load32_splat(a3, 0);
      c00 = madd(s0, b0, c00);
      c01 = madd(s0, b1, c01);
      c10 = madd(s1, b0, c10);
      c11 = madd(s1, b1, c11);
      c20 = madd(s2, b0, c20);
      c21 = madd(s2, b1, c21);
      c30 = madd(s3, b0, c30);
      c31 = madd(s3, b1, c31);
      if (left === 1) break;
      b0 = v128.load(b, 32);
      b1 = v128.load(b, 48);
      s0 = v128.load32_splat(a0, 4);
      s1 = v128.load32_splat(a1, 4);
      s2 = v128.load32_splat(a2, 4);
      s3 = v128.load32_splat(a3, 4);
      c00 = madd(s0, b0, c00);
      c01 = madd(s0, b1, c01);
      c10 = madd(s1, b0, c10);
      c11 = madd(s1, b1, c11);
      c20 = madd(s2, b0, c20);
      c21 = madd(s2, b1, c21);
      c30 = madd(s3, b0, c30);
      c31 = madd(s3, b1, c31);
      if (left === 2) break;
      b0 = v128.load(b, 64);
      b1 = v128.load(b, 80);
      s0 = v128.load32_splat(a0, 8);
      s1 = v128.load32_splat(a1, 8);
      s2 = v128.load32_splat(a2, 8);
      s3 = v128.load32_splat(a3, 8);
      c00 = madd(s0, b0, c00);
      c01 = madd(s0, b1, c01);
      c10 = madd(s1, b0, c10);
      c11 = madd(s1, b1, c11);
      c20 = madd(s2, b0, c20);
      c21 = madd(s2, b1, c21);
      c30 = madd(s3, b0, c30);
      c31 = madd(s3, b1, c31);
      if (left === 3) break;
      b0 = v128.load(b, 96);
      b1 = v128.load(b, 112);
      s0 = v128.load32_splat(a0, 12);
      s1 = v128.load32_splat(a1, 12);
      s2 = v128.load32_splat(a2, 12);
      s3 = v128.load32_splat(a3, 12);
      c00 = madd(s0, b0, c00);
      c01 = madd(s0, b1, c01);
      c10 = madd(s1, b0, c10);
      c11 = madd(s1, b1, c11);
      c20 = madd(s2, b0, c20);
      c21 = madd(s2, b1, c21);
      c30 = madd(s3, b0, c30);
      c31 = madd(s3, b1, c31);
      left -= 4;
      if (left === 0) break;
      b += 128;
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
    }
    b += rest;
    a0 += skip;
    a1 += skip;
    a2 += skip;
    a3 += skip;
  }
  storeEight(offset + load<usize>(table, 4), c00, c01, columns);
  storeEight(offset + load<usize>(table, 12), c10, c11, columns);
  storeEight(offset + load<usize>(table, 20), c20, c21, columns);
  storeEight(offset + load<usize>(table, 28), c30, c31, columns);
}

/** 4 positions by 1 to 4 channels; `columns` of them are stored. */
export function tileFour(
  table: usize,
  panel: usize,
  runs: i32,
  run: i32,
  rowBytes: usize,
  offset: usize,
  columns: i32,
): void {
  let a0 = load<usize>(table, 0);
  let a1 = load<usize>(table, 8);
  let a2 = load<usize>(table, 16);
  let a3 = load<usize>(table, 24);
  let c00 = v128.load(panel, 0);
  let c10 = c00;
  let c20 = c00;
  let c30 = c00;
  let b = panel + 16;
  const whole = (<usize>((run - 1) & ~3)) << 2;
  const skip = rowBytes - whole;
  const rest = ((<usize>run) << 4) - whole * 4;
  for (let y = 0; y < runs; y++) {
    let left = run;
    while (true) {
      let b0 = v128.load(b, 0);
      let s0 = v128.load32_splat(a0, 0);
      let s1 = v128.load32_splat(a1, 0);
      let s2 = v128.load32_splat(a2, 0);
      let s3 = v128.load32_splat(a3, 0);
      c00 = madd(s0, b0, c00);
      c10 = madd(s1, b0, c10);
      c20 = madd(s2, b0, c20);
      c30 = madd(s3, b0, c30);
      if (left === 1) break;
      b0 = v128.load(b, 16);
      s0 = v128.load32_splat(a0, 4);
      s1 = v128.load32_splat(a1, 4);
      s2 = v128.load32_splat(a2, 4);
      s3 = v128.load32_splat(a3, 4);
      c00 = madd(s0, b0, c00);
      c10 = madd(s1, b0, c10);
      c20 = madd(s2, b0, c20);
      c30 = madd(s3, b0, c30);
      if (left === 2) break;
      b0 = v128.load(b, 32);
      s0 = v128.load32_splat(a0, 8);
      s1 = v128.load32_splat(a1, 8);
      s2 = v128.load32_splat(a2, 8);
      s3 = v128.load32_splat(a3, 8);
      c00 = madd(s0, b0, c00);
      c10 = madd(s1, b0, c10);
      c20 = madd(s2, b0, c20);
      c30 = madd(s3, b0, c30);
      if (left === 3) break;
      b0 = v128.load(b, 48);
      s0 = v128.load32_splat(a0, 12);
      s1 = v128.load32_splat(a1, 12);
      s2 = v128.load32_splat(a2, 12);
      s3 = v128.load32_splat(a3, 12);
      c00 = madd(s0, b0, c00);
      c10 = madd(s1, b0, c10);
      c20 = madd(s2, b0, c20);
      c30 = madd(s3, b0, c30);
      left -= 4;
      if (left === 0) break;
      b += 64;
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
    }
    b += rest;
    a0 += skip;
    a1 += skip;
    a2 += skip;
    a3 += skip;
  }
  storeFour(offset + load<usize>(table, 4), c00, columns);
  storeFour(offset + load<usize>(table, 12), c10, columns);
  storeFour(offset + load<usize>(table, 20), c20, columns);
  storeFour(offset + load<usize>(table, 28), c30, columns);
}
