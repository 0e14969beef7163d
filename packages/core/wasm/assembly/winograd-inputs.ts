// Winograd's convolution: x to the points, and its gradient back from them.
import { min } from './simd';
import {
  BOTTOM,
  CHUNK_BYTES,
  CHUNK_PANELS,
  HEIGHT,
  INPUTS,
  LEFT,
  POINTS,
  REFLECTS,
  RIGHT,
  SAMPLES,
  scratchOf,
  TILE,
  TILES,
  TILES_ACROSS,
  TILES_DOWN,
  TOP,
  UNIT_SIZE,
  WIDTH,
  X,
  X_POINTS,
  ZEROS,
} from './winograd-parameters';
import { ROW } from './winograd-products';
import { inputsToPoints, pointsToInputs } from './winograd-transforms';

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
