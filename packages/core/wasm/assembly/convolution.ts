// Convolution of NHWC input with an HWIO filter, without an im2col matrix: the tiles read the input where it lies, or,
// where there is zero padding, from a padded copy of the few rows in hand. The same code computes the gradient of the
// input: with a turned and transposed filter, and with one such convolution per phase of the stride.
//
// Work is cut into units of some output rows of one sample times some panels (groups of 8 output channels). An output
// value is one sum in one fixed order, so the cut does not show in the bits.
import { TILE_POSITIONS, tileEight, tileFour } from './column-tiles';
import { dotOne, dotPositions, dotThree, dotTwo } from './dot-tiles';
import { ceilDiv, max, min } from './simd';

// Parameters of a convolution, in 32-bit words.
const INPUT = 0; // address of [samples, height, width, channels]
const HEIGHT = 4;
const WIDTH = 8;
const CHANNELS = 12;
const KERNEL_HEIGHT = 16;
const KERNEL_WIDTH = 20;
const STRIDE = 24;
const PADDING_TOP = 28; // negative: rows cut off
const PADDING_LEFT = 32;
const OUTPUT_HEIGHT = 36;
const OUTPUT_WIDTH = 40;
const OUTPUT = 44; // address of the first output value
const OUTPUT_SAMPLE_BYTES = 48;
const OUTPUT_ROW_BYTES = 52;
const OUTPUT_COLUMN_BYTES = 56;
const OUTPUT_CHANNELS = 60;
const PANELS = 64; // address of the packed filter
const ROWS_PER_UNIT = 68;
const PANELS_PER_UNIT = 72;
const SCRATCH = 76; // address of the scratch memory of thread 0
const SCRATCH_BYTES = 80; // scratch memory of each thread
const COPIES_INPUT = 84; // 1: rows are copied and padded, 0: they are read in place

/** Positions of the largest tile. */
const MAX_POSITIONS = 6;

/** Panels of 8 output channels; up to 3 channels in all are one panel of dot products. */
function panelCount(channels: i32): i32 {
  return channels < 4 ? 1 : ceilDiv(channels, 8);
}

/** Bytes of one full panel: the bias and `depth` filter rows of 8 floats. */
function panelBytes(depth: i32): usize {
  return (<usize>(depth + 1)) << 5;
}

/**
 * Copies `rows` rows of `width` pixels to `to`, the first one at (top, left) of the sample, with zeros outside of it.
 * Rows are `step` input rows apart.
 */
export function copyPadded(
  sample: usize,
  height: i32,
  inputWidth: i32,
  pixelBytes: usize,
  top: i32,
  left: i32,
  rows: i32,
  step: i32,
  width: i32,
  to: usize,
): void {
  const before = min(max(-left, 0), width);
  const first = max(left, 0);
  const inside = max(min(inputWidth - first, width - before), 0);
  const after = width - before - inside;
  for (let r = 0; r < rows; r++) {
    const y = top + r * step;
    if (y < 0 || y >= height) {
      memory.fill(to, 0, <usize>width * pixelBytes);
      to += <usize>width * pixelBytes;
      continue;
    }
    memory.fill(to, 0, <usize>before * pixelBytes);
    to += <usize>before * pixelBytes;
    memory.copy(to, sample + <usize>(y * inputWidth + first) * pixelBytes, <usize>inside * pixelBytes);
    to += <usize>inside * pixelBytes;
    memory.fill(to, 0, <usize>after * pixelBytes);
    to += <usize>after * pixelBytes;
  }
}

/** Computes one unit; units run over panel groups first, then row groups, then samples. */
export function convolutionUnit(p: usize, unit: i32, thread: i32): void {
  const height = load<i32>(p, HEIGHT);
  const width = load<i32>(p, WIDTH);
  const channels = load<i32>(p, CHANNELS);
  const kernelHeight = load<i32>(p, KERNEL_HEIGHT);
  const kernelWidth = load<i32>(p, KERNEL_WIDTH);
  const stride = load<i32>(p, STRIDE);
  const outputHeight = load<i32>(p, OUTPUT_HEIGHT);
  const outputWidth = load<i32>(p, OUTPUT_WIDTH);
  const outputChannels = load<i32>(p, OUTPUT_CHANNELS);
  const rowsPerUnit = load<i32>(p, ROWS_PER_UNIT);
  const panelsPerUnit = load<i32>(p, PANELS_PER_UNIT);
  const columnBytes = load<usize>(p, OUTPUT_COLUMN_BYTES);

  const panels = panelCount(outputChannels);
  const groups = ceilDiv(panels, panelsPerUnit);
  const strips = ceilDiv(outputHeight, rowsPerUnit);
  const group = unit % groups;
  const strip = (unit / groups) % strips;
  const sample = unit / groups / strips;

  const firstRow = strip * rowsPerUnit;
  const rows = min(rowsPerUnit, outputHeight - firstRow);
  const positions = rows * outputWidth;
  const pixelBytes = (<usize>channels) << 2;
  const top = firstRow * stride - load<i32>(p, PADDING_TOP);
  const left = -load<i32>(p, PADDING_LEFT);

  const table: usize = load<usize>(p, SCRATCH) + <usize>thread * load<usize>(p, SCRATCH_BYTES);
  const firstOfSample: usize = load<usize>(p, INPUT) + <usize>(sample * height * width) * pixelBytes;
  let input: usize;
  let rowBytes: usize;
  if (load<i32>(p, COPIES_INPUT)) {
    const copyWidth = (outputWidth - 1) * stride + kernelWidth;
    input = (table + ((<usize>max(positions, MAX_POSITIONS)) << 3) + 15) & ~15;
    rowBytes = <usize>copyWidth * pixelBytes;
    const copyRows = (rows - 1) * stride + kernelHeight;
    copyPadded(firstOfSample, height, width, pixelBytes, top, left, copyRows, 1, copyWidth, input);
  } else {
    input = firstOfSample + <usize>(top * width + left) * pixelBytes;
    rowBytes = <usize>width * pixelBytes;
  }

  let entry = table;
  for (let y = 0; y < rows; y++) {
    let from = input + <usize>(y * stride) * rowBytes;
    let to: usize =
      load<usize>(p, OUTPUT) +
      <usize>sample * load<usize>(p, OUTPUT_SAMPLE_BYTES) +
      <usize>(firstRow + y) * load<usize>(p, OUTPUT_ROW_BYTES);
    for (let x = 0; x < outputWidth; x++) {
      store<u32>(entry, <u32>from);
      store<u32>(entry, <u32>to, 4);
      entry += 8;
      from += <usize>stride * pixelBytes;
      to += columnBytes;
    }
  }
  const last = entry - 8;
  for (let i = positions; i < MAX_POSITIONS; i++) {
    store<u64>(entry, load<u64>(last));
    entry += 8;
  }

  const run = kernelWidth * channels;
  const packed: usize = load<usize>(p, PANELS);
  if (outputChannels < 4) {
    const step = dotPositions(outputChannels);
    const lastTile = max(positions - step, 0);
    for (let i = 0; i < positions; i += step) {
      const tile = table + ((<usize>min(i, lastTile)) << 3);
      if (outputChannels === 1) dotOne(tile, packed, kernelHeight, run, rowBytes);
      else if (outputChannels === 2) dotTwo(tile, packed, kernelHeight, run, rowBytes);
      else dotThree(tile, packed, kernelHeight, run, rowBytes);
    }
    return;
  }
  const lastTile = max(positions - TILE_POSITIONS, 0);
  const firstPanel = group * panelsPerUnit;
  const endPanel = min(firstPanel + panelsPerUnit, panels);
  const bytes = panelBytes(kernelHeight * run);
  for (let j = firstPanel; j < endPanel; j++) {
    const panel = packed + <usize>j * bytes;
    const columns = min(outputChannels - j * 8, 8);
    const offset = (<usize>j) << 5;
    for (let i = 0; i < positions; i += TILE_POSITIONS) {
      const tile = table + ((<usize>min(i, lastTile)) << 3);
      if (columns > 4) tileEight(tile, panel, kernelHeight, run, rowBytes, offset, columns);
      else tileFour(tile, panel, kernelHeight, run, rowBytes, offset, columns);
    }
  }
}
