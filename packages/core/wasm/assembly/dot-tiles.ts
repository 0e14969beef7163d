// The inner loops of convolutions with one to three output channels: a column of channels would leave most lanes empty,
// so the lanes hold four consecutive input values instead and are summed at the end. The arguments are those of
// column-tiles.ts; the panel is the bias of each channel, then the filter channel by channel.
import { horizontalSum, madd } from './simd';

/** Positions that a dot tile for so many channels computes at once. */
export function dotPositions(channels: i32): i32 {
  return channels === 1 ? 6 : channels === 2 ? 4 : 2;
}

/** 6 positions by 1 channel. */
export function dotOne(table: usize, panel: usize, runs: i32, run: i32, rowBytes: usize): void {
  let a0 = load<usize>(table, 0);
  let a1 = load<usize>(table, 8);
  let a2 = load<usize>(table, 16);
  let a3 = load<usize>(table, 24);
  let a4 = load<usize>(table, 32);
  let a5 = load<usize>(table, 40);
  let c00 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c40 = f32x4.splat(0);
  let c50 = f32x4.splat(0);
  let b0 = panel + 4;
  const quads = run >> 2;
  const rest = run & 3;
  const skip = rowBytes - ((<usize>run) << 2);
  for (let y = 0; y < runs; y++) {
    for (let i = 0; i < quads; i++) {
      const w0 = v128.load(b0);
      const s0 = v128.load(a0);
      const s1 = v128.load(a1);
      const s2 = v128.load(a2);
      const s3 = v128.load(a3);
      const s4 = v128.load(a4);
      const s5 = v128.load(a5);
      c00 = madd(s0, w0, c00);
      c10 = madd(s1, w0, c10);
      c20 = madd(s2, w0, c20);
      c30 = madd(s3, w0, c30);
      c40 = madd(s4, w0, c40);
      c50 = madd(s5, w0, c50);
      b0 += 16;
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
      a4 += 16;
      a5 += 16;
    }
    for (let i = 0; i < rest; i++) {
      const w0 = v128.load32_zero(b0);
      const s0 = v128.load32_zero(a0);
      const s1 = v128.load32_zero(a1);
      const s2 = v128.load32_zero(a2);
      const s3 = v128.load32_zero(a3);
      const s4 = v128.load32_zero(a4);
      const s5 = v128.load32_zero(a5);
      c00 = madd(s0, w0, c00);
      c10 = madd(s1, w0, c10);
      c20 = madd(s2, w0, c20);
      c30 = madd(s3, w0, c30);
      c40 = madd(s4, w0, c40);
      c50 = madd(s5, w0, c50);
      b0 += 4;
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
      a4 += 4;
      a5 += 4;
    }
    a0 += skip;
    a1 += skip;
    a2 += skip;
    a3 += skip;
    a4 += skip;
    a5 += skip;
  }
  let out: usize;
  out = load<usize>(table, 4);
  store<f32>(out, horizontalSum(c00) + load<f32>(panel, 0), 0);
  out = load<usize>(table, 12);
  store<f32>(out, horizontalSum(c10) + load<f32>(panel, 0), 0);
  out = load<usize>(table, 20);
  store<f32>(out, horizontalSum(c20) + load<f32>(panel, 0), 0);
  out = load<usize>(table, 28);
  store<f32>(out, horizontalSum(c30) + load<f32>(panel, 0), 0);
  out = load<usize>(table, 36);
  store<f32>(out, horizontalSum(c40) + load<f32>(panel, 0), 0);
  out = load<usize>(table, 44);
  store<f32>(out, horizontalSum(c50) + load<f32>(panel, 0), 0);
}

/** 4 positions by 2 channels. */
export function dotTwo(table: usize, panel: usize, runs: i32, run: i32, rowBytes: usize): void {
  let a0 = load<usize>(table, 0);
  let a1 = load<usize>(table, 8);
  let a2 = load<usize>(table, 16);
  let a3 = load<usize>(table, 24);
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  let b0 = panel + 8;
  const column = (<usize>(runs * run)) << 2;
  let b1 = b0 + column;
  const quads = run >> 2;
  const rest = run & 3;
  const skip = rowBytes - ((<usize>run) << 2);
  for (let y = 0; y < runs; y++) {
    for (let i = 0; i < quads; i++) {
      const w0 = v128.load(b0);
      const w1 = v128.load(b1);
      const s0 = v128.load(a0);
      const s1 = v128.load(a1);
      const s2 = v128.load(a2);
      const s3 = v128.load(a3);
      c00 = madd(s0, w0, c00);
      c01 = madd(s0, w1, c01);
      c10 = madd(s1, w0, c10);
      c11 = madd(s1, w1, c11);
      c20 = madd(s2, w0, c20);
      c21 = madd(s2, w1, c21);
      c30 = madd(s3, w0, c30);
      c31 = madd(s3, w1, c31);
      b0 += 16;
      b1 += 16;
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
    }
    for (let i = 0; i < rest; i++) {
      const w0 = v128.load32_zero(b0);
      const w1 = v128.load32_zero(b1);
      const s0 = v128.load32_zero(a0);
      const s1 = v128.load32_zero(a1);
      const s2 = v128.load32_zero(a2);
      const s3 = v128.load32_zero(a3);
      c00 = madd(s0, w0, c00);
      c01 = madd(s0, w1, c01);
      c10 = madd(s1, w0, c10);
      c11 = madd(s1, w1, c11);
      c20 = madd(s2, w0, c20);
      c21 = madd(s2, w1, c21);
      c30 = madd(s3, w0, c30);
      c31 = madd(s3, w1, c31);
      b0 += 4;
      b1 += 4;
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
    }
    a0 += skip;
    a1 += skip;
    a2 += skip;
    a3 += skip;
  }
  let out: usize;
  out = load<usize>(table, 4);
  store<f32>(out, horizontalSum(c00) + load<f32>(panel, 0), 0);
  store<f32>(out, horizontalSum(c01) + load<f32>(panel, 4), 4);
  out = load<usize>(table, 12);
  store<f32>(out, horizontalSum(c10) + load<f32>(panel, 0), 0);
  store<f32>(out, horizontalSum(c11) + load<f32>(panel, 4), 4);
  out = load<usize>(table, 20);
  store<f32>(out, horizontalSum(c20) + load<f32>(panel, 0), 0);
  store<f32>(out, horizontalSum(c21) + load<f32>(panel, 4), 4);
  out = load<usize>(table, 28);
  store<f32>(out, horizontalSum(c30) + load<f32>(panel, 0), 0);
  store<f32>(out, horizontalSum(c31) + load<f32>(panel, 4), 4);
}

/** 2 positions by 3 channels. */
export function dotThree(table: usize, panel: usize, runs: i32, run: i32, rowBytes: usize): void {
  let a0 = load<usize>(table, 0);
  let a1 = load<usize>(table, 8);
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c02 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c12 = f32x4.splat(0);
  let b0 = panel + 12;
  const column = (<usize>(runs * run)) << 2;
  let b1 = b0 + column;
  let b2 = b1 + column;
  const quads = run >> 2;
  const rest = run & 3;
  const skip = rowBytes - ((<usize>run) << 2);
  for (let y = 0; y < runs; y++) {
    for (let i = 0; i < quads; i++) {
      const w0 = v128.load(b0);
      const w1 = v128.load(b1);
      const w2 = v128.load(b2);
      const s0 = v128.load(a0);
      const s1 = v128.load(a1);
      c00 = madd(s0, w0, c00);
      c01 = madd(s0, w1, c01);
      c02 = madd(s0, w2, c02);
      c10 = madd(s1, w0, c10);
      c11 = madd(s1, w1, c11);
      c12 = madd(s1, w2, c12);
      b0 += 16;
      b1 += 16;
      b2 += 16;
      a0 += 16;
      a1 += 16;
    }
    for (let i = 0; i < rest; i++) {
      const w0 = v128.load32_zero(b0);
      const w1 = v128.load32_zero(b1);
      const w2 = v128.load32_zero(b2);
      const s0 = v128.load32_zero(a0);
      const s1 = v128.load32_zero(a1);
      c00 = madd(s0, w0, c00);
      c01 = madd(s0, w1, c01);
      c02 = madd(s0, w2, c02);
      c10 = madd(s1, w0, c10);
      c11 = madd(s1, w1, c11);
      c12 = madd(s1, w2, c12);
      b0 += 4;
      b1 += 4;
      b2 += 4;
      a0 += 4;
      a1 += 4;
    }
    a0 += skip;
    a1 += skip;
  }
  let out: usize;
  out = load<usize>(table, 4);
  store<f32>(out, horizontalSum(c00) + load<f32>(panel, 0), 0);
  store<f32>(out, horizontalSum(c01) + load<f32>(panel, 4), 4);
  store<f32>(out, horizontalSum(c02) + load<f32>(panel, 8), 8);
  out = load<usize>(table, 12);
  store<f32>(out, horizontalSum(c10) + load<f32>(panel, 0), 0);
  store<f32>(out, horizontalSum(c11) + load<f32>(panel, 4), 4);
  store<f32>(out, horizontalSum(c12) + load<f32>(panel, 8), 8);
}
