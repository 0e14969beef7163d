// Winograd's convolution F(4x4, 3x3) for stride 1: a tile of 4x4 outputs takes 36 products for each pair of channels in
// place of 144. x (6x6 patches that overlap by 2), y (4x4 tiles) and the filter are each taken to 36 points
// (winograd-transforms.ts); there
//
//   y = x * filter,    dx = dy * filter transposed,    dFilter = x transposed * dy
//
// are matrix products, one for each point, and what they give is taken back. Values at the points lie as
// [36][panels of 8 channels][tiles][8], those of a filter as [36][panels of 8 columns][rows][8] or, as a result, as
// [36][inputs][outputs].
//
// A value is one sum in one fixed order, so the cut of the work into units does not show in the bits.

import { transposeFour } from './filter-panels';
import { min } from './simd';
import { panelTimesPanel, ROW, rowsTimesPanel } from './winograd-products';
import {
  inputsToPoints,
  outputsToPoints,
  pointsToInputs,
  pointsToOutputs,
  pointsToTaps,
  tapsToPoints,
} from './winograd-transforms';

// Parameters, in 32-bit words.
const X = 0; // address of x or its gradient, [samples, height, width, inputs]
const HEIGHT = 4;
const WIDTH = 8;
const INPUTS = 12; // a multiple of 8
const Y = 16; // address of y or its gradient, [samples, outputHeight, outputWidth, outputs]
const OUTPUT_HEIGHT = 20;
const OUTPUT_WIDTH = 24;
const OUTPUTS = 28; // a multiple of 8
const FILTER = 32; // address of the filter or its gradient, [3, 3, inputs, outputs]
const BIAS = 36; // address of [outputs], or 0
const TOP = 40; // rows of padding before the first
const LEFT = 44;
const BOTTOM = 48;
const RIGHT = 52;
const REFLECTS = 56; // 1: the padding repeats x in a mirror, 0: it is zero
const SAMPLES = 60;
const TILES_DOWN = 64; // of a sample
const TILES_ACROSS = 68;
const TILES = 72; // of all samples, rounded up to a multiple of 4
const X_POINTS = 76; // addresses of values at the points
const Y_POINTS = 80;
const FILTER_POINTS = 84;
const TRANSPOSES = 88; // 1: the filter is for the gradient of x
const ZEROS = 92; // address of as many zeros as a pixel has values
const SCRATCH = 96;
const SCRATCH_BYTES = 100;
const UNIT_SIZE = 104; // tiles or panels of a unit

const POINTS = 6;
const TILE = 4;
const TAPS = 3;
/** Panels that are transformed together: what lies between the two axes of a transform stays in the first cache. */
const CHUNK_PANELS = 8;
const CHUNK_BYTES: usize = CHUNK_PANELS * ROW;
/** Tiles that are summed in registers. */
const STRIP_TILES = 128;

function scratchOf(p: usize, thread: i32): usize {
  return load<usize>(p, SCRATCH) + <usize>thread * load<usize>(p, SCRATCH_BYTES);
}

/** Which row or column of x stands at `i`, which may lie in the padding; -1 if none does. */
function source(i: i32, size: i32, after: i32, reflects: bool): i32 {
  if (i >= 0 && i < size) return i;
  if (!reflects || i >= size + after) return -1;
  return i < 0 ? -i : 2 * (size - 1) - i;
}

/** Addresses of the 6 values of column `column` of a patch with its first row at `top`. */
function patchColumn(p: usize, sample: i32, top: i32, column: i32, outside: usize, to: usize): void {
  const height = load<i32>(p, HEIGHT);
  const width = load<i32>(p, WIDTH);
  const reflects = load<i32>(p, REFLECTS) !== 0;
  const pixelBytes = (<usize>load<i32>(p, INPUTS)) << 2;
  const x = source(column, width, load<i32>(p, RIGHT), reflects);
  for (let i = 0; i < POINTS; i++) {
    const y = x < 0 ? -1 : source(top + i, height, load<i32>(p, BOTTOM), reflects);
    store<usize>(
      to + ((<usize>i) << 2),
      y < 0 ? outside : load<usize>(p, X) + <usize>((sample * height + y) * width + x) * pixelBytes,
    );
  }
}

/** Takes some patches of x to the points. */
export function winogradPatchesUnit(p: usize, unit: i32, thread: i32): void {
  const panels = load<i32>(p, INPUTS) >> 3;
  const across = load<i32>(p, TILES_ACROSS);
  const perSample = load<i32>(p, TILES_DOWN) * across;
  const perUnit = load<i32>(p, UNIT_SIZE);
  const end = min((unit + 1) * perUnit, load<i32>(p, SAMPLES) * perSample);
  const panelBytes = <usize>load<i32>(p, TILES) * ROW;
  const pointBytes = <usize>panels * panelBytes;
  const columns = scratchOf(p, thread);
  const between = columns + 256;
  for (let tile = unit * perUnit; tile < end; tile++) {
    const inSample = tile % perSample;
    const top = (inSample / across) * TILE - load<i32>(p, TOP);
    const left = (inSample % across) * TILE - load<i32>(p, LEFT);
    for (let j = 0; j < POINTS; j++) {
      patchColumn(p, tile / perSample, top, left + j, load<usize>(p, ZEROS), columns + <usize>(j * POINTS) * 4);
    }
    for (let first = 0; first < panels; first += CHUNK_PANELS) {
      const count = min(CHUNK_PANELS, panels - first);
      const offset = <usize>first * ROW;
      for (let j = 0; j < POINTS; j++) {
        const column = columns + <usize>(j * POINTS) * 4;
        inputsToPoints(
          load<usize>(column, 0) + offset,
          load<usize>(column, 4) + offset,
          load<usize>(column, 8) + offset,
          load<usize>(column, 12) + offset,
          load<usize>(column, 16) + offset,
          load<usize>(column, 20) + offset,
          ROW,
          between + <usize>j * CHUNK_BYTES,
          POINTS * CHUNK_BYTES,
          ROW,
          count,
        );
      }
      const to = load<usize>(p, X_POINTS) + <usize>first * panelBytes + <usize>tile * ROW;
      for (let i = 0; i < POINTS; i++) {
        const row = between + <usize>(i * POINTS) * CHUNK_BYTES;
        inputsToPoints(
          row,
          row + CHUNK_BYTES,
          row + 2 * CHUNK_BYTES,
          row + 3 * CHUNK_BYTES,
          row + 4 * CHUNK_BYTES,
          row + 5 * CHUNK_BYTES,
          ROW,
          to + <usize>(i * POINTS) * pointBytes,
          pointBytes,
          panelBytes,
          count,
        );
      }
    }
  }
}

/** Adds what the points of some panels give to the gradient of x of one sample, which it first makes 0. */
export function winogradInputGradientUnit(p: usize, unit: i32, thread: i32): void {
  const height = load<i32>(p, HEIGHT);
  const width = load<i32>(p, WIDTH);
  const panels = load<i32>(p, INPUTS) >> 3;
  const across = load<i32>(p, TILES_ACROSS);
  const perSample = load<i32>(p, TILES_DOWN) * across;
  const perUnit = load<i32>(p, UNIT_SIZE);
  const groups = (panels + perUnit - 1) / perUnit;
  const sample = unit / groups;
  const first = (unit % groups) * perUnit;
  const count = min(perUnit, panels - first);
  const panelBytes = <usize>load<i32>(p, TILES) * ROW;
  const pointBytes = <usize>panels * panelBytes;
  const pixelBytes = <usize>panels * ROW;
  const offset = <usize>first * ROW;
  const groupBytes = <usize>count * ROW;

  let pixel = load<usize>(p, X) + <usize>(sample * height * width) * pixelBytes + offset;
  for (let i = 0; i < height * width; i++) {
    memory.fill(pixel, 0, groupBytes);
    pixel += pixelBytes;
  }
  const columns = scratchOf(p, thread);
  const between = columns + 64;
  const outside = between + POINTS * POINTS * groupBytes;
  const nothing = v128.splat<i32>(0);
  const everything = v128.splat<i32>(-1);
  for (let inSample = 0; inSample < perSample; inSample++) {
    const top = (inSample / across) * TILE - load<i32>(p, TOP);
    const left = (inSample % across) * TILE - load<i32>(p, LEFT);
    const from = load<usize>(p, X_POINTS) + <usize>first * panelBytes + <usize>(sample * perSample + inSample) * ROW;
    for (let i = 0; i < POINTS; i++) {
      const row = between + <usize>(i * POINTS) * groupBytes;
      const point = from + <usize>(i * POINTS) * pointBytes;
      pointsToInputs(
        point,
        pointBytes,
        panelBytes,
        row,
        row + groupBytes,
        row + 2 * groupBytes,
        row + 3 * groupBytes,
        row + 4 * groupBytes,
        row + 5 * groupBytes,
        ROW,
        count,
        nothing,
      );
    }
    for (let j = 0; j < POINTS; j++) {
      patchColumn(p, sample, top, left + j, outside - offset, columns);
      pointsToInputs(
        between + <usize>j * groupBytes,
        POINTS * groupBytes,
        ROW,
        load<usize>(columns, 0) + offset,
        load<usize>(columns, 4) + offset,
        load<usize>(columns, 8) + offset,
        load<usize>(columns, 12) + offset,
        load<usize>(columns, 16) + offset,
        load<usize>(columns, 20) + offset,
        ROW,
        count,
        everything,
      );
    }
  }
}

/** Takes some tiles of the gradient of y to the points; what a tile has beyond the last row or column is 0. */
export function winogradTilesUnit(p: usize, unit: i32, thread: i32): void {
  const height = load<i32>(p, OUTPUT_HEIGHT);
  const width = load<i32>(p, OUTPUT_WIDTH);
  const panels = load<i32>(p, OUTPUTS) >> 3;
  const across = load<i32>(p, TILES_ACROSS);
  const perSample = load<i32>(p, TILES_DOWN) * across;
  const perUnit = load<i32>(p, UNIT_SIZE);
  const end = min((unit + 1) * perUnit, load<i32>(p, SAMPLES) * perSample);
  const panelBytes = <usize>load<i32>(p, TILES) * ROW;
  const pointBytes = <usize>panels * panelBytes;
  const pixelBytes = <usize>panels * ROW;
  const rowBytes = <usize>width * pixelBytes;
  const zeros = load<usize>(p, ZEROS);
  const between = scratchOf(p, thread);
  for (let tile = unit * perUnit; tile < end; tile++) {
    const inSample = tile % perSample;
    const top = (inSample / across) * TILE;
    const left = (inSample % across) * TILE;
    const corner = load<usize>(p, Y) + <usize>(((tile / perSample) * height + top) * width + left) * pixelBytes;
    for (let first = 0; first < panels; first += CHUNK_PANELS) {
      const count = min(CHUNK_PANELS, panels - first);
      const offset = <usize>first * ROW;
      for (let j = 0; j < TILE; j++) {
        const at = corner + <usize>j * pixelBytes + offset;
        const rows = left + j < width ? height - top : 0;
        outputsToPoints(
          rows > 0 ? at : zeros,
          rows > 1 ? at + rowBytes : zeros,
          rows > 2 ? at + 2 * rowBytes : zeros,
          rows > 3 ? at + 3 * rowBytes : zeros,
          ROW,
          between + <usize>j * CHUNK_BYTES,
          TILE * CHUNK_BYTES,
          ROW,
          count,
        );
      }
      const to = load<usize>(p, Y_POINTS) + <usize>first * panelBytes + <usize>tile * ROW;
      for (let i = 0; i < POINTS; i++) {
        const row = between + <usize>(i * TILE) * CHUNK_BYTES;
        outputsToPoints(
          row,
          row + CHUNK_BYTES,
          row + 2 * CHUNK_BYTES,
          row + 3 * CHUNK_BYTES,
          ROW,
          to + <usize>(i * POINTS) * pointBytes,
          pointBytes,
          panelBytes,
          count,
        );
      }
    }
  }
}

/** Takes the points of some tiles to y, and adds the bias. */
export function winogradOutputsUnit(p: usize, unit: i32, thread: i32): void {
  const height = load<i32>(p, OUTPUT_HEIGHT);
  const width = load<i32>(p, OUTPUT_WIDTH);
  const panels = load<i32>(p, OUTPUTS) >> 3;
  const across = load<i32>(p, TILES_ACROSS);
  const perSample = load<i32>(p, TILES_DOWN) * across;
  const perUnit = load<i32>(p, UNIT_SIZE);
  const end = min((unit + 1) * perUnit, load<i32>(p, SAMPLES) * perSample);
  const panelBytes = <usize>load<i32>(p, TILES) * ROW;
  const pointBytes = <usize>panels * panelBytes;
  const pixelBytes = <usize>panels * ROW;
  const bias = load<usize>(p, BIAS);
  const between = scratchOf(p, thread);
  const tileOut = between + TILE * POINTS * CHUNK_BYTES;
  for (let tile = unit * perUnit; tile < end; tile++) {
    const inSample = tile % perSample;
    const top = (inSample / across) * TILE;
    const left = (inSample % across) * TILE;
    const rows = min(TILE, height - top);
    const columns = min(TILE, width - left);
    const corner = load<usize>(p, Y) + <usize>(((tile / perSample) * height + top) * width + left) * pixelBytes;
    for (let first = 0; first < panels; first += CHUNK_PANELS) {
      const count = min(CHUNK_PANELS, panels - first);
      const from = load<usize>(p, Y_POINTS) + <usize>first * panelBytes + <usize>tile * ROW;
      for (let j = 0; j < POINTS; j++) {
        pointsToOutputs(
          from + <usize>j * pointBytes,
          POINTS * pointBytes,
          panelBytes,
          between + <usize>j * CHUNK_BYTES,
          POINTS * CHUNK_BYTES,
          ROW,
          count,
        );
      }
      for (let i = 0; i < rows; i++) {
        const row = between + <usize>(i * POINTS) * CHUNK_BYTES;
        pointsToOutputs(row, CHUNK_BYTES, ROW, tileOut, CHUNK_BYTES, ROW, count);
        let to = corner + <usize>(i * width) * pixelBytes + <usize>first * ROW;
        for (let j = 0; j < columns; j++) {
          copyWithBias(tileOut + <usize>j * CHUNK_BYTES, bias, <usize>first * ROW, to, <usize>count * ROW);
          to += pixelBytes;
        }
      }
    }
  }
}

function copyWithBias(from: usize, bias: usize, offset: usize, to: usize, bytes: usize): void {
  if (bias === 0) {
    for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.load(from + i));
  } else {
    bias += offset;
    for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, f32x4.add(v128.load(from + i), v128.load(bias + i)));
  }
}

/** Takes some panels of the filter to the points: 8 outputs each, or 8 inputs where it is transposed. */
export function winogradFilterUnit(p: usize, unit: i32, thread: i32): void {
  const panels = (load<i32>(p, TRANSPOSES) ? load<i32>(p, INPUTS) : load<i32>(p, OUTPUTS)) >> 3;
  const perUnit = load<i32>(p, UNIT_SIZE);
  const end = min((unit + 1) * perUnit, panels);
  for (let panel = unit * perUnit; panel < end; panel++) filterPanel(p, panel, panels, scratchOf(p, thread));
}

function filterPanel(p: usize, panel: i32, panels: i32, packed: usize): void {
  const inputs = load<i32>(p, INPUTS);
  const outputs = load<i32>(p, OUTPUTS);
  const transposes = load<i32>(p, TRANSPOSES) !== 0;
  const depth = transposes ? outputs : inputs;
  const outputBytes = (<usize>outputs) << 2;
  const tapBytes = <usize>inputs * outputBytes;
  const pointBytes = <usize>(panels * depth) * ROW;
  const between = packed + TAPS * TAPS * CHUNK_BYTES;
  for (let first = 0; first < depth; first += CHUNK_PANELS) {
    const count = min(CHUNK_PANELS, depth - first);
    let from: usize =
      load<usize>(p, FILTER) +
      (transposes
        ? <usize>(panel * 8) * outputBytes + ((<usize>first) << 2)
        : <usize>first * outputBytes + <usize>panel * ROW);
    let step = outputBytes;
    let stream = tapBytes;
    if (transposes) {
      for (let tap = 0; tap < TAPS * TAPS; tap++) {
        for (let k = 0; k < count; k += 4) {
          const at = from + <usize>tap * tapBytes + ((<usize>k) << 2);
          const to = packed + <usize>tap * CHUNK_BYTES + <usize>k * ROW;
          transposeFour(at, outputBytes, to, ROW);
          transposeFour(at + outputBytes * 4, outputBytes, to + 16, ROW);
        }
      }
      from = packed;
      step = ROW;
      stream = CHUNK_BYTES;
    }
    for (let j = 0; j < TAPS; j++) {
      const column = from + <usize>j * stream;
      tapsToPoints(column, TAPS * stream, step, between + <usize>j * CHUNK_BYTES, TAPS * CHUNK_BYTES, ROW, count);
    }
    const to = load<usize>(p, FILTER_POINTS) + <usize>(panel * depth + first) * ROW;
    for (let i = 0; i < POINTS; i++) {
      const row = between + <usize>(i * TAPS) * CHUNK_BYTES;
      tapsToPoints(row, CHUNK_BYTES, ROW, to + <usize>(i * POINTS) * pointBytes, pointBytes, ROW, count);
    }
  }
}

/** The matrix product at one point for some panels: of y from x, or of x from y where the filter is transposed. */
export function winogradProductUnit(p: usize, unit: i32): void {
  const transposes = load<i32>(p, TRANSPOSES) !== 0;
  const depth = transposes ? load<i32>(p, OUTPUTS) : load<i32>(p, INPUTS);
  const panels = (transposes ? load<i32>(p, INPUTS) : load<i32>(p, OUTPUTS)) >> 3;
  const from = transposes ? load<usize>(p, Y_POINTS) : load<usize>(p, X_POINTS);
  const to = transposes ? load<usize>(p, X_POINTS) : load<usize>(p, Y_POINTS);
  const perUnit = load<i32>(p, UNIT_SIZE);
  const groups = (panels + perUnit - 1) / perUnit;
  const point = unit / groups;
  const first = (unit % groups) * perUnit;
  const end = min(first + perUnit, panels);
  const tiles = load<i32>(p, TILES);
  const panelBytes = <usize>tiles * ROW;
  const left = from + <usize>(point * (depth >> 3)) * panelBytes;
  for (let panel = first; panel < end; panel++) {
    const right = load<usize>(p, FILTER_POINTS) + <usize>((point * panels + panel) * depth) * ROW;
    rowsTimesPanel(left, panelBytes, depth, right, tiles, to + <usize>(point * panels + panel) * panelBytes);
  }
}

/** The matrix product of x transposed and the gradient of y at one point, for some panels of x. */
export function winogradFilterProductUnit(p: usize, unit: i32): void {
  const inputs = load<i32>(p, INPUTS);
  const outputs = load<i32>(p, OUTPUTS);
  const perUnit = load<i32>(p, UNIT_SIZE);
  const groups = ((inputs >> 3) + perUnit - 1) / perUnit;
  const point = unit / groups;
  const first = (unit % groups) * perUnit;
  const end = min(first + perUnit, inputs >> 3);
  const tiles = load<i32>(p, SAMPLES) * load<i32>(p, TILES_DOWN) * load<i32>(p, TILES_ACROSS);
  const panelBytes = <usize>load<i32>(p, TILES) * ROW;
  const left = load<usize>(p, X_POINTS) + <usize>(point * (inputs >> 3)) * panelBytes;
  const right = load<usize>(p, Y_POINTS) + <usize>(point * (outputs >> 3)) * panelBytes;
  const step = (<usize>outputs) << 2;
  const to = load<usize>(p, FILTER_POINTS) + <usize>(point * inputs) * step;
  for (let strip = 0; strip < tiles; strip += STRIP_TILES) {
    const count = min(STRIP_TILES, tiles - strip);
    const kept = v128.splat<i32>(strip === 0 ? 0 : -1);
    const offset = <usize>strip * ROW;
    for (let panel = first; panel < end; panel++) {
      const a = left + <usize>panel * panelBytes + offset;
      let b = right + offset;
      let at = to + <usize>(panel * 8) * step;
      for (let column = 0; column < outputs; column += 8) {
        panelTimesPanel(a, b, count, at, step, kept);
        b += panelBytes;
        at += ROW;
      }
    }
  }
}

/** Takes some values of the filter's gradient from the points to the taps. */
export function winogradFilterGradientUnit(p: usize, unit: i32, thread: i32): void {
  const values = load<i32>(p, INPUTS) * load<i32>(p, OUTPUTS);
  const tapBytes = (<usize>values) << 2;
  const perUnit = load<i32>(p, UNIT_SIZE);
  const between = scratchOf(p, thread);
  const end = min((unit + 1) * perUnit, values >> 3);
  for (let first = unit * perUnit; first < end; first += CHUNK_PANELS) {
    const count = min(CHUNK_PANELS, end - first);
    const from = load<usize>(p, FILTER_POINTS) + <usize>first * ROW;
    for (let j = 0; j < POINTS; j++) {
      const column = from + <usize>j * tapBytes;
      pointsToTaps(column, POINTS * tapBytes, ROW, between + <usize>j * CHUNK_BYTES, POINTS * CHUNK_BYTES, ROW, count);
    }
    const to = load<usize>(p, FILTER) + <usize>first * ROW;
    for (let i = 0; i < TAPS; i++) {
      const row = between + <usize>(i * POINTS) * CHUNK_BYTES;
      pointsToTaps(row, CHUNK_BYTES, ROW, to + <usize>(i * TAPS) * tapBytes, tapBytes, ROW, count);
    }
  }
}
