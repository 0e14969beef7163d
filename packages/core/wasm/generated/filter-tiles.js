// The inner loops of the gradient of a filter: a few values of a kernel row times a few output channels, held in registers.
import { declareSums, steps } from './register-tile.js';

const TILE = { rows: 4, columns: 2 };

export default `
import { madd } from './simd';

// The strip in hand: \`rows\` rows of \`width\` positions; the input of neighbours lies inputStep apart, gradients step.
export function tileEight(
  input: usize,
  inputStep: usize,
  inputRow: usize,
  gradient: usize,
  rows: i32,
  width: i32,
  to: usize,
  toStep: usize,
  skip: i32,
): void {
  ${declareSums(TILE.rows, TILE.columns, () => 'f32x4.splat(0)')}
  for (let y = 0; y < rows; y++) {
    let a = input;
    let left = width;
    while (true) {
      ${steps(2, {
        ...TILE,
        right: 'gradient',
        left: (row) => `a, ${4 * row}`,
        counter: 'left',
        after: (step) => (step === 0 ? 'a += inputStep;' : ''),
      })}
      a += inputStep;
      gradient += 64;
    }
    gradient += width & 1 ? 32 : 64;
    input += inputRow;
  }
  if (skip < 1) addEight(to, c00, c01);
  if (skip < 2) addEight(to + toStep, c10, c11);
  if (skip < 3) addEight(to + toStep * 2, c20, c21);
  addEight(to + toStep * 3, c30, c31);
}

function addEight(to: usize, low: v128, high: v128): void {
  v128.store(to, f32x4.add(v128.load(to), low));
  v128.store(to, f32x4.add(v128.load(to, 16), high), 16);
}

export function tileFour(
  input: usize,
  inputStep: usize,
  inputRow: usize,
  gradient: usize,
  gradientStep: usize,
  rows: i32,
  width: i32,
  to: usize,
  toStep: usize,
  skip: i32,
): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  for (let y = 0; y < rows; y++) {
    let a = input;
    for (let x = 0; x < width; x++) {
      const b = v128.load(gradient);
      c0 = madd(v128.load32_splat(a), b, c0);
      c1 = madd(v128.load32_splat(a, 4), b, c1);
      c2 = madd(v128.load32_splat(a, 8), b, c2);
      c3 = madd(v128.load32_splat(a, 12), b, c3);
      a += inputStep;
      gradient += gradientStep;
    }
    input += inputRow;
  }
  if (skip < 1) v128.store(to, f32x4.add(v128.load(to), c0));
  to += toStep;
  if (skip < 2) v128.store(to, f32x4.add(v128.load(to), c1));
  to += toStep;
  if (skip < 3) v128.store(to, f32x4.add(v128.load(to), c2));
  to += toStep;
  v128.store(to, f32x4.add(v128.load(to), c3));
}

/** Adds the lanes to values \`step\` apart, all but the first \`skip\`. */
function addDown(to: usize, step: usize, value: v128, skip: i32): void {
  if (skip < 1) store<f32>(to, load<f32>(to) + f32x4.extract_lane(value, 0));
  to += step;
  if (skip < 2) store<f32>(to, load<f32>(to) + f32x4.extract_lane(value, 1));
  to += step;
  if (skip < 3) store<f32>(to, load<f32>(to) + f32x4.extract_lane(value, 2));
  to += step;
  if (skip < 4) store<f32>(to, load<f32>(to) + f32x4.extract_lane(value, 3));
}

/** 16 values of the kernel row for one output channel. */
export function columnOne(
  input: usize,
  inputStep: usize,
  inputRow: usize,
  gradient: usize,
  gradientStep: usize,
  rows: i32,
  width: i32,
  to: usize,
  toStep: usize,
  skip: i32,
): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  for (let y = 0; y < rows; y++) {
    let a = input;
    for (let x = 0; x < width; x++) {
      const s = v128.load32_splat(gradient);
      c0 = madd(s, v128.load(a), c0);
      c1 = madd(s, v128.load(a, 16), c1);
      c2 = madd(s, v128.load(a, 32), c2);
      c3 = madd(s, v128.load(a, 48), c3);
      a += inputStep;
      gradient += gradientStep;
    }
    input += inputRow;
  }
  addDown(to, toStep, c0, skip);
  addDown(to + toStep * 4, toStep, c1, skip - 4);
  addDown(to + toStep * 8, toStep, c2, skip - 8);
  addDown(to + toStep * 12, toStep, c3, skip - 12);
}

/** 8 values of the kernel row for two or three output channels. */
export function columnThree(
  input: usize,
  inputStep: usize,
  inputRow: usize,
  gradient: usize,
  gradientStep: usize,
  rows: i32,
  width: i32,
  to: usize,
  toStep: usize,
  skip: i32,
  columns: i32,
): void {
  const third: usize = columns > 2 ? 8 : 4;
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c02 = c00;
  let c10 = c00;
  let c11 = c00;
  let c12 = c00;
  for (let y = 0; y < rows; y++) {
    let a = input;
    for (let x = 0; x < width; x++) {
      const a0 = v128.load(a);
      const a1 = v128.load(a, 16);
      const s0 = v128.load32_splat(gradient);
      const s1 = v128.load32_splat(gradient, 4);
      const s2 = v128.load32_splat(gradient + third);
      c00 = madd(s0, a0, c00);
      c01 = madd(s1, a0, c01);
      c02 = madd(s2, a0, c02);
      c10 = madd(s0, a1, c10);
      c11 = madd(s1, a1, c11);
      c12 = madd(s2, a1, c12);
      a += inputStep;
      gradient += gradientStep;
    }
    input += inputRow;
  }
  addDown(to, toStep, c00, skip);
  addDown(to + toStep * 4, toStep, c10, skip - 4);
  addDown(to + 4, toStep, c01, skip);
  addDown(to + 4 + toStep * 4, toStep, c11, skip - 4);
  if (columns < 3) return;
  addDown(to + 8, toStep, c02, skip);
  addDown(to + 8 + toStep * 4, toStep, c12, skip - 4);
}

/** One value of the kernel row for one output channel. */
export function single(
  input: usize,
  inputStep: usize,
  inputRow: usize,
  gradient: usize,
  gradientStep: usize,
  rows: i32,
  width: i32,
  to: usize,
): void {
  let sum: f32 = 0;
  for (let y = 0; y < rows; y++) {
    let a = input;
    for (let x = 0; x < width; x++) {
      sum += load<f32>(a) * load<f32>(gradient);
      a += inputStep;
      gradient += gradientStep;
    }
    input += inputRow;
  }
  store<f32>(to, load<f32>(to) + sum);
}

`;
