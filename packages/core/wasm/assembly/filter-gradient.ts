// Gradient of a convolution's filter, as a sum over positions of outer products: for a kernel row, the stretch of input
// that a position sees is contiguous in NHWC, and so are its output gradients.
//
// A unit is a part of one kernel row (some taps and input channels) for all outputs, over all samples. Each value is
// summed in registers over a strip of rows, and strips are added up in order; strips depend on the shape alone, so the
// number of threads does not show in the bits.
import { copyPadded } from './convolution';
import { columnOne, columnThree, single, tileEight, tileFour } from './filter-tiles';
import { ceilDiv, min } from './simd';

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
