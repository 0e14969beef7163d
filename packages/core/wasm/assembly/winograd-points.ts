// Winograd's convolution: the matrix products at the points.
import { min } from './simd';
import {
  FILTER_POINTS,
  INPUTS,
  OUTPUTS,
  SAMPLES,
  STRIP_TILES,
  TILES,
  TILES_ACROSS,
  TILES_DOWN,
  TRANSPOSES,
  UNIT_SIZE,
  X_POINTS,
  Y_POINTS,
} from './winograd-parameters';
import { panelTimesPanel, ROW, rowsTimesPanel } from './winograd-products';

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
