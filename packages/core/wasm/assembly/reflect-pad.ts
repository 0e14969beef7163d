// Padding of height and width by reflection without repeating the edge, and its gradient.
import { min } from './simd';

// Parameters, in 32-bit words.
const FROM = 0;
const TO = 4;
const ROWS = 8; // rows written in all: samples times the height of the result
const HEIGHT = 12; // of the tensor that is not padded
const WIDTH = 16;
const CHANNELS = 20;
const PAD = 24;
const ROWS_PER_UNIT = 28;

function copyFloats(from: usize, to: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
  for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(from + i));
}

function addFloats(from: usize, to: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, f32x4.add(v128.load(to + i), v128.load(from + i)));
  for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(to + i) + load<f32>(from + i));
}

/** Pads some rows of the result. */
export function reflectPadUnit(p: usize, unit: i32): void {
  const height = load<i32>(p, HEIGHT);
  const width = load<i32>(p, WIDTH);
  const pad = load<i32>(p, PAD);
  const pixel = (<usize>load<i32>(p, CHANNELS)) << 2;
  const rowsPerUnit = load<i32>(p, ROWS_PER_UNIT);
  const paddedHeight = height + 2 * pad;
  const first = unit * rowsPerUnit;
  const end = min(first + rowsPerUnit, load<i32>(p, ROWS));
  let to = load<usize>(p, TO) + <usize>(first * (width + 2 * pad)) * pixel;
  for (let r = first; r < end; r++) {
    let y = (r % paddedHeight) - pad;
    if (y < 0) y = -y;
    if (y >= height) y = 2 * (height - 1) - y;
    const row = load<usize>(p, FROM) + <usize>(((r / paddedHeight) * height + y) * width) * pixel;
    for (let x = pad; x > 0; x--) {
      copyFloats(row + <usize>x * pixel, to, pixel);
      to += pixel;
    }
    copyFloats(row, to, <usize>width * pixel);
    to += <usize>width * pixel;
    for (let x = 0; x < pad; x++) {
      copyFloats(row + <usize>(width - 2 - x) * pixel, to, pixel);
      to += pixel;
    }
  }
}

/** Adds padded row `row`, folded back to the width of the input, to the row at `to`, or writes it there. */
function foldRow(row: usize, to: usize, width: i32, pad: i32, pixel: usize, adds: bool): void {
  const inner = row + <usize>pad * pixel;
  if (adds) addFloats(inner, to, <usize>width * pixel);
  else copyFloats(inner, to, <usize>width * pixel);
  for (let x = 1; x <= pad; x++) {
    addFloats(inner - <usize>x * pixel, to + <usize>x * pixel, pixel);
    addFloats(inner + <usize>(width - 1 + x) * pixel, to + <usize>(width - 1 - x) * pixel, pixel);
  }
}

/** Adds back, for some rows of the gradient of the input, what was reflected from them. */
export function reflectPadGradientUnit(p: usize, unit: i32): void {
  const height = load<i32>(p, HEIGHT);
  const width = load<i32>(p, WIDTH);
  const pad = load<i32>(p, PAD);
  const pixel = (<usize>load<i32>(p, CHANNELS)) << 2;
  const rowsPerUnit = load<i32>(p, ROWS_PER_UNIT);
  const rowBytes = <usize>(width + 2 * pad) * pixel;
  const first = unit * rowsPerUnit;
  const end = min(first + rowsPerUnit, load<i32>(p, ROWS));
  for (let r = first; r < end; r++) {
    const y = r % height;
    const sample = load<usize>(p, FROM) + <usize>((r / height) * (height + 2 * pad)) * rowBytes;
    const to = load<usize>(p, TO) + <usize>(r * width) * pixel;
    foldRow(sample + <usize>(pad + y) * rowBytes, to, width, pad, pixel, false);
    if (y >= 1 && y <= pad) foldRow(sample + <usize>(pad - y) * rowBytes, to, width, pad, pixel, true);
    const below = 2 * (height - 1) - y;
    if (y < height - 1 && below < height + pad) {
      foldRow(sample + <usize>(pad + below) * rowBytes, to, width, pad, pixel, true);
    }
  }
}
