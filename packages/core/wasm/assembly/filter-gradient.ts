// Gradient of a convolution's filter, as a sum over positions of outer products: for a kernel row, the stretch of input
// that a position sees is contiguous in NHWC, and so are its output gradients.
//
// A unit is a part of one kernel row (some taps and input channels) for all outputs, over all samples. Each value is
// summed in registers over a strip of rows, and strips are added up in order; strips depend on the shape alone, so the
// number of threads does not show in the bits.
import { copyPadded } from './convolution';
import { ceilDiv, madd, min } from './simd';

// Parameters, in 32-bit words.
const INPUT = 0; // address of [samples, height, width, channels]
const HEIGHT = 4;
const WIDTH = 8;
const CHANNELS = 12;
const KERNEL_WIDTH = 16;
const STRIDE = 20;
const PADDING_TOP = 24;
const PADDING_LEFT = 28;
const SAMPLES = 32;
const OUTPUT_HEIGHT = 36;
const OUTPUT_WIDTH = 40;
const OUTPUT_CHANNELS = 44;
const OUTPUT_GRADIENT = 48; // address of [samples, outputHeight, outputWidth, outputChannels]
const FILTER_GRADIENT = 52; // address of [kernelHeight, kernelWidth, channels, outputChannels]
const ROWS_PER_STRIP = 56;
const DEPTH_PER_UNIT = 60; // values of a kernel row per unit
const SCRATCH = 64;
const SCRATCH_BYTES = 68;
const COPIES_INPUT = 72;

/** Values of the kernel row that the tile functions compute at once. */
const TILE_DEPTH = 4;
const WIDE_DEPTH = 16;
const PAIR_DEPTH = 8;

// The strip in hand: `rows` rows of `width` positions; the input of neighbours lies inputStep apart, gradients step.
function tileEight(
  input: usize,
  inputStep: usize,
  inputRow: usize,
  gradient: usize,
  rows: i32,
  width: i32,
  to: usize,
  toStep: usize,
  skip: i32,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (let y = 0; y < rows; y++) {
    let a = input;
    let left = width;
    while (true) {
      let b0 = v128.load(gradient);
      let b1 = v128.load(gradient, 16);
      let s0 = v128.load32_splat(a);
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
      a += inputStep;
      if (left === 1) break;
      b0 = v128.load(gradient, 32);
      b1 = v128.load(gradient, 48);
      s0 = v128.load32_splat(a);
      s1 = v128.load32_splat(a, 4);
      s2 = v128.load32_splat(a, 8);
      s3 = v128.load32_splat(a, 12);
      c00 = madd(s0, b0, c00);
      c01 = madd(s0, b1, c01);
      c10 = madd(s1, b0, c10);
      c11 = madd(s1, b1, c11);
      c20 = madd(s2, b0, c20);
      c21 = madd(s2, b1, c21);
      c30 = madd(s3, b0, c30);
      c31 = madd(s3, b1, c31);
      left -= 2;
      if (left === 0) break;
      a += inputStep;
      gradient += 64;
    }
    gradient += width & 1 ? 32 : 64;
    input += inputRow;
  }
  if (skip < 1) addEight(to, c00, c01);
  if (skip < 2) addEight(to + toStep, c10, c11);
  if (skip < 3) addEight(to + toStep * 2, c20, c21);
  addEight(to + toStep * 3, c30, c31);
}

function addEight(to: usize, low: v128, high: v128): void {
  v128.store(to, f32x4.add(v128.load(to), low));
  v128.store(to, f32x4.add(v128.load(to, 16), high), 16);
}

function tileFour(
  input: usize,
  inputStep: usize,
  inputRow: usize,
  gradient: usize,
  gradientStep: usize,
  rows: i32,
  width: i32,
  to: usize,
  toStep: usize,
  skip: i32,
): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  for (let y = 0; y < rows; y++) {
    let a = input;
    for (let x = 0; x < width; x++) {
      const b = v128.load(gradient);
      c0 = madd(v128.load32_splat(a), b, c0);
      c1 = madd(v128.load32_splat(a, 4), b, c1);
      c2 = madd(v128.load32_splat(a, 8), b, c2);
      c3 = madd(v128.load32_splat(a, 12), b, c3);
      a += inputStep;
      gradient += gradientStep;
    }
    input += inputRow;
  }
  if (skip < 1) v128.store(to, f32x4.add(v128.load(to), c0));
  to += toStep;
  if (skip < 2) v128.store(to, f32x4.add(v128.load(to), c1));
  to += toStep;
  if (skip < 3) v128.store(to, f32x4.add(v128.load(to), c2));
  to += toStep;
  v128.store(to, f32x4.add(v128.load(to), c3));
}

/** Adds the lanes to values `step` apart, all but the first `skip`. */
function addDown(to: usize, step: usize, value: v128, skip: i32): void {
  if (skip < 1) store<f32>(to, load<f32>(to) + f32x4.extract_lane(value, 0));
  to += step;
  if (skip < 2) store<f32>(to, load<f32>(to) + f32x4.extract_lane(value, 1));
  to += step;
  if (skip < 3) store<f32>(to, load<f32>(to) + f32x4.extract_lane(value, 2));
  to += step;
  if (skip < 4) store<f32>(to, load<f32>(to) + f32x4.extract_lane(value, 3));
}

/** 16 values of the kernel row for one output channel. */
function columnOne(
  input: usize,
  inputStep: usize,
  inputRow: usize,
  gradient: usize,
  gradientStep: usize,
  rows: i32,
  width: i32,
  to: usize,
  toStep: usize,
  skip: i32,
): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  for (let y = 0; y < rows; y++) {
    let a = input;
    for (let x = 0; x < width; x++) {
      const s = v128.load32_splat(gradient);
      c0 = madd(s, v128.load(a), c0);
      c1 = madd(s, v128.load(a, 16), c1);
      c2 = madd(s, v128.load(a, 32), c2);
      c3 = madd(s, v128.load(a, 48), c3);
      a += inputStep;
      gradient += gradientStep;
    }
    input += inputRow;
  }
  addDown(to, toStep, c0, skip);
  addDown(to + toStep * 4, toStep, c1, skip - 4);
  addDown(to + toStep * 8, toStep, c2, skip - 8);
  addDown(to + toStep * 12, toStep, c3, skip - 12);
}

/** 8 values of the kernel row for two or three output channels. */
function columnThree(
  input: usize,
  inputStep: usize,
  inputRow: usize,
  gradient: usize,
  gradientStep: usize,
  rows: i32,
  width: i32,
  to: usize,
  toStep: usize,
  skip: i32,
  columns: i32,
): void {
  const third: usize = columns > 2 ? 8 : 4;
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c02 = c00;
  let c10 = c00;
  let c11 = c00;
  let c12 = c00;
  for (let y = 0; y < rows; y++) {
    let a = input;
    for (let x = 0; x < width; x++) {
      const a0 = v128.load(a);
      const a1 = v128.load(a, 16);
      const s0 = v128.load32_splat(gradient);
      const s1 = v128.load32_splat(gradient, 4);
      const s2 = v128.load32_splat(gradient + third);
      c00 = madd(s0, a0, c00);
      c01 = madd(s1, a0, c01);
      c02 = madd(s2, a0, c02);
      c10 = madd(s0, a1, c10);
      c11 = madd(s1, a1, c11);
      c12 = madd(s2, a1, c12);
      a += inputStep;
      gradient += gradientStep;
    }
    input += inputRow;
  }
  addDown(to, toStep, c00, skip);
  addDown(to + toStep * 4, toStep, c10, skip - 4);
  addDown(to + 4, toStep, c01, skip);
  addDown(to + 4 + toStep * 4, toStep, c11, skip - 4);
  if (columns < 3) return;
  addDown(to + 8, toStep, c02, skip);
  addDown(to + 8 + toStep * 4, toStep, c12, skip - 4);
}

/** One value of the kernel row for one output channel. */
function single(
  input: usize,
  inputStep: usize,
  inputRow: usize,
  gradient: usize,
  gradientStep: usize,
  rows: i32,
  width: i32,
  to: usize,
): void {
  let sum: f32 = 0;
  for (let y = 0; y < rows; y++) {
    let a = input;
    for (let x = 0; x < width; x++) {
      sum += load<f32>(a) * load<f32>(gradient);
      a += inputStep;
      gradient += gradientStep;
    }
    input += inputRow;
  }
  store<f32>(to, load<f32>(to) + sum);
}

/** Computes one unit; units run over the parts of a kernel row first, then over kernel rows. */
export function filterGradientUnit(p: usize, unit: i32, thread: i32): void {
  const height = load<i32>(p, HEIGHT);
  const width = load<i32>(p, WIDTH);
  const channels = load<i32>(p, CHANNELS);
  const kernelWidth = load<i32>(p, KERNEL_WIDTH);
  const stride = load<i32>(p, STRIDE);
  const outputHeight = load<i32>(p, OUTPUT_HEIGHT);
  const outputWidth = load<i32>(p, OUTPUT_WIDTH);
  const outputs = load<i32>(p, OUTPUT_CHANNELS);
  const rowsPerStrip = load<i32>(p, ROWS_PER_STRIP);
  const depthPerUnit = load<i32>(p, DEPTH_PER_UNIT);
  const copies = load<i32>(p, COPIES_INPUT) !== 0;

  const run = kernelWidth * channels;
  const partsOfRow = ceilDiv(run, depthPerUnit);
  const kernelRow = unit / partsOfRow;
  const firstDepth = (unit % partsOfRow) * depthPerUnit;
  const depth = min(depthPerUnit, run - firstDepth);

  const pixelBytes = (<usize>channels) << 2;
  const inputStep = <usize>stride * pixelBytes;
  const toStep = (<usize>outputs) << 2;
  const to = load<usize>(p, FILTER_GRADIENT) + <usize>(kernelRow * run + firstDepth) * toStep;
  memory.fill(to, 0, <usize>depth * toStep);

  const panel = load<usize>(p, SCRATCH) + <usize>thread * load<usize>(p, SCRATCH_BYTES);
  const copy = panel + ((<usize>(rowsPerStrip * outputWidth)) << 5);
  const copyWidth = (outputWidth - 1) * stride + kernelWidth;
  const left = -load<i32>(p, PADDING_LEFT);
  const inputRow = copies ? <usize>copyWidth * pixelBytes : <usize>(stride * width) * pixelBytes;

  const samples = load<i32>(p, SAMPLES);
  for (let sample = 0; sample < samples; sample++) {
    const ofSample = load<usize>(p, INPUT) + <usize>(sample * height * width) * pixelBytes;
    for (let firstRow = 0; firstRow < outputHeight; firstRow += rowsPerStrip) {
      const rows = min(rowsPerStrip, outputHeight - firstRow);
      const top = firstRow * stride + kernelRow - load<i32>(p, PADDING_TOP);
      let input = ofSample + <usize>(top * width + left) * pixelBytes;
      if (copies) {
        copyPadded(ofSample, height, width, pixelBytes, top, left, rows, stride, copyWidth, copy);
        input = copy;
      }
      input += (<usize>firstDepth) << 2;
      const gradient =
        load<usize>(p, OUTPUT_GRADIENT) + <usize>((sample * outputHeight + firstRow) * outputWidth) * toStep;
      strip(input, inputStep, inputRow, gradient, rows, outputWidth, to, outputs, depth, panel);
    }
  }
}

/** Adds the outer products of one strip. */
function strip(
  input: usize,
  inputStep: usize,
  inputRow: usize,
  gradient: usize,
  rows: i32,
  width: i32,
  to: usize,
  outputs: i32,
  depth: i32,
  panel: usize,
): void {
  const step = (<usize>outputs) << 2;
  let column = 0;
  if (depth >= TILE_DEPTH) {
    for (; column + 8 <= outputs; column += 8) {
      const offset = (<usize>column) << 2;
      copyColumns(gradient + offset, step, rows * width, panel);
      for (let k = 0; k < depth; k += TILE_DEPTH) {
        const first = min(k, depth - TILE_DEPTH);
        const at = to + <usize>first * step + offset;
        tileEight(input + ((<usize>first) << 2), inputStep, inputRow, panel, rows, width, at, step, k - first);
      }
    }
    if (column + 4 <= outputs) {
      const offset = (<usize>column) << 2;
      for (let k = 0; k < depth; k += TILE_DEPTH) {
        const first = min(k, depth - TILE_DEPTH);
        const at = to + <usize>first * step + offset;
        const from = input + ((<usize>first) << 2);
        tileFour(from, inputStep, inputRow, gradient + offset, step, rows, width, at, step, k - first);
      }
      column += 4;
    }
  }
  const columns = outputs - column;
  if (columns === 1 && depth >= WIDE_DEPTH) {
    const offset = (<usize>column) << 2;
    for (let k = 0; k < depth; k += WIDE_DEPTH) {
      const first = min(k, depth - WIDE_DEPTH);
      const at = to + <usize>first * step + offset;
      const from = input + ((<usize>first) << 2);
      columnOne(from, inputStep, inputRow, gradient + offset, step, rows, width, at, step, k - first);
    }
  } else if (columns > 1 && columns < 4 && depth >= PAIR_DEPTH) {
    const offset = (<usize>column) << 2;
    for (let k = 0; k < depth; k += PAIR_DEPTH) {
      const first = min(k, depth - PAIR_DEPTH);
      const at = to + <usize>first * step + offset;
      const from = input + ((<usize>first) << 2);
      columnThree(from, inputStep, inputRow, gradient + offset, step, rows, width, at, step, k - first, columns);
    }
  } else {
    for (; column < outputs; column++) {
      const offset = (<usize>column) << 2;
      for (let k = 0; k < depth; k++) {
        const at = to + <usize>k * step + offset;
        single(input + ((<usize>k) << 2), inputStep, inputRow, gradient + offset, step, rows, width, at);
      }
    }
  }
}

/** Gathers 8 columns, so that a tile reads them without gaps. */
function copyColumns(from: usize, step: usize, positions: i32, to: usize): void {
  for (let i = 0; i < positions; i++) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    from += step;
    to += 32;
  }
}
