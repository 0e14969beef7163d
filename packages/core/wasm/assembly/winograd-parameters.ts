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

import { ROW } from './winograd-products';

// Parameters, in 32-bit words.
export const X = 0; // address of x or its gradient, [samples, height, width, inputs]
export const HEIGHT = 4;
export const WIDTH = 8;
export const INPUTS = 12; // a multiple of 8
export const Y = 16; // address of y or its gradient, [samples, outputHeight, outputWidth, outputs]
export const OUTPUT_HEIGHT = 20;
export const OUTPUT_WIDTH = 24;
export const OUTPUTS = 28; // a multiple of 8
export const FILTER = 32; // address of the filter or its gradient, [3, 3, inputs, outputs]
export const BIAS = 36; // address of [outputs], or 0
export const TOP = 40; // rows of padding before the first
export const LEFT = 44;
export const BOTTOM = 48;
export const RIGHT = 52;
export const REFLECTS = 56; // 1: the padding repeats x in a mirror, 0: it is zero
export const SAMPLES = 60;
export const TILES_DOWN = 64; // of a sample
export const TILES_ACROSS = 68;
export const TILES = 72; // of all samples, rounded up to a multiple of 4
export const X_POINTS = 76; // addresses of values at the points
export const Y_POINTS = 80;
export const FILTER_POINTS = 84;
export const TRANSPOSES = 88; // 1: the filter is for the gradient of x
export const ZEROS = 92; // address of as many zeros as a pixel has values
export const SCRATCH = 96;
export const SCRATCH_BYTES = 100;
export const UNIT_SIZE = 104; // tiles or panels of a unit

export const POINTS = 6;
export const TILE = 4;
export const TAPS = 3;
/** Panels that are transformed together: what lies between the two axes of a transform stays in the first cache. */
export const CHUNK_PANELS = 8;
export const CHUNK_BYTES: usize = CHUNK_PANELS * ROW;
/** Tiles that are summed in registers. */
export const STRIP_TILES = 128;

export function scratchOf(p: usize, thread: i32): usize {
  return load<usize>(p, SCRATCH) + <usize>thread * load<usize>(p, SCRATCH_BYTES);
}
