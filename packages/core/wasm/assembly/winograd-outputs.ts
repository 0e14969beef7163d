// Winograd's convolution: the points to y, and the gradient of y to them.
import { min } from './simd';
import {
  BIAS,
  CHUNK_BYTES,
  CHUNK_PANELS,
  OUTPUT_HEIGHT,
  OUTPUT_WIDTH,
  OUTPUTS,
  POINTS,
  SAMPLES,
  scratchOf,
  TILE,
  TILES,
  TILES_ACROSS,
  TILES_DOWN,
  UNIT_SIZE,
  Y,
  Y_POINTS,
  ZEROS,
} from './winograd-parameters';
import { ROW } from './winograd-products';
import { outputsToPoints, pointsToOutputs } from './winograd-transforms';

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
