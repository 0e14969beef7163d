// Winograd's convolution: the filter to the points, and its gradient back from them.
import { transposeFour } from './filter-panels';
import { min } from './simd';
import {
  CHUNK_BYTES,
  CHUNK_PANELS,
  FILTER,
  FILTER_POINTS,
  INPUTS,
  OUTPUTS,
  POINTS,
  scratchOf,
  TAPS,
  TRANSPOSES,
  UNIT_SIZE,
} from './winograd-parameters';
import { ROW } from './winograd-products';
import { pointsToTaps, tapsToPoints } from './winograd-transforms';

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
