// Packing of HWIO filters into the panels that the convolution tiles read: for each group of 8 output channels the
// bias, then one row of 8 floats for each filter tap and input channel; a last group of 1 to 4 channels has rows of 4
// floats, and a filter with 1 to 3 output channels is the biases, then the taps of each channel. Missing columns are 0.
import { min } from './simd';

// Parameters of a packing, in 32-bit words.
const FILTER = 0; // address of [height, width, in, out]
const FILTER_WIDTH = 4;
const FILTER_IN = 8;
const FILTER_OUT = 12;
const TAPS_Y = 16; // taps taken: TAPS_Y rows from row FIRST_Y in steps of STEP_Y, which may be negative
const TAPS_X = 20;
const FIRST_Y = 24;
const FIRST_X = 28;
const STEP_Y = 32;
const STEP_X = 36;
const TRANSPOSED = 40; // 1: the filter's outputs are the inputs of this convolution
const BIAS = 44; // address of [out], or 0
const PANELS = 48;

function packColumn(from: usize, step: usize, depth: i32, to: usize, toStep: usize): void {
  for (let k = 0; k < depth; k++) {
    store<f32>(to, load<f32>(from));
    from += step;
    to += toStep;
  }
}

/** Four rows of four floats, `step` bytes apart, become four columns. */
export function transposeFour(from: usize, step: usize, to: usize, toStep: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + step);
  const c = v128.load(from + step * 2);
  const d = v128.load(from + step * 3);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const ef = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const gh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f64>(ab, cd, 0, 2));
  v128.store(to + toStep, v128.shuffle<f64>(ab, cd, 1, 3));
  v128.store(to + toStep * 2, v128.shuffle<f64>(ef, gh, 0, 2));
  v128.store(to + toStep * 3, v128.shuffle<f64>(ef, gh, 1, 3));
}

/** Packs panel `unit`. */
export function filterPanelsUnit(p: usize, unit: i32): void {
  const transposed = load<i32>(p, TRANSPOSED) !== 0;
  const filterOut = load<i32>(p, FILTER_OUT);
  const outputs = transposed ? load<i32>(p, FILTER_IN) : filterOut;
  const inputs = transposed ? filterOut : load<i32>(p, FILTER_IN);
  const outputStep: usize = transposed ? (<usize>filterOut) << 2 : 4;
  const inputStep: usize = transposed ? 4 : (<usize>filterOut) << 2;
  const tapBytes = (<usize>(filterOut * load<i32>(p, FILTER_IN))) << 2;
  const tapsY = load<i32>(p, TAPS_Y);
  const tapsX = load<i32>(p, TAPS_X);
  const depth = tapsY * tapsX * inputs;
  const bias: usize = load<usize>(p, BIAS);
  const dots = outputs < 4;
  const columns = min(outputs - unit * 8, 8);
  const rowBytes: usize = dots ? 4 : columns > 4 ? 32 : 16;
  let to: usize = load<usize>(p, PANELS) + ((<usize>(unit * (depth + 1))) << 5);

  const rowFloats = dots ? outputs : <i32>(rowBytes >> 2);
  for (let j = 0; j < rowFloats; j++) {
    const value = bias !== 0 && j < columns ? load<f32>(bias + ((<usize>(unit * 8 + j)) << 2)) : 0;
    store<f32>(to + ((<usize>j) << 2), value);
  }
  to += (<usize>rowFloats) << 2;

  for (let y = 0; y < tapsY; y++) {
    const tapY = load<i32>(p, FIRST_Y) + y * load<i32>(p, STEP_Y);
    for (let x = 0; x < tapsX; x++) {
      const tapX = load<i32>(p, FIRST_X) + x * load<i32>(p, STEP_X);
      let from: usize =
        load<usize>(p, FILTER) +
        <usize>(tapY * load<i32>(p, FILTER_WIDTH) + tapX) * tapBytes +
        <usize>(unit * 8) * outputStep;
      if (dots) {
        for (let j = 0; j < outputs; j++) {
          packColumn(from + <usize>j * outputStep, inputStep, inputs, to + ((<usize>(j * depth)) << 2), 4);
        }
        to += (<usize>inputs) << 2;
      } else if (columns === 8 && !transposed) {
        for (let k = 0; k < inputs; k++) {
          v128.store(to, v128.load(from));
          v128.store(to, v128.load(from, 16), 16);
          from += inputStep;
          to += 32;
        }
      } else if (columns === 8 && (inputs & 3) === 0) {
        for (let k = 0; k < inputs; k += 4) {
          transposeFour(from, outputStep, to, 32);
          transposeFour(from + outputStep * 4, outputStep, to + 16, 32);
          from += 16;
          to += 128;
        }
      } else {
        memory.fill(to, 0, <usize>inputs * rowBytes);
        for (let j = 0; j < columns; j++) {
          packColumn(from + <usize>j * outputStep, inputStep, inputs, to + ((<usize>j) << 2), rowBytes);
        }
        to += <usize>inputs * rowBytes;
      }
    }
  }
}
