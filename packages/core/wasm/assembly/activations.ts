// Activations in place, and their gradients from the output.
import { madd, min } from './simd';

// Parameters, in 32-bit words.
const Y = 0; // address of the values; in place for the activation
const GRADIENT = 4; // address of the gradient of y
const TO = 8; // address of the gradient of the activation's input
const SIZE = 12;
const SIZE_PER_UNIT = 16; // a multiple of 4
const TANH = 20; // 1: tanh, 0: negative values times the slope
const SLOPE = 24; // f32

/** Beyond this tanh rounds to 1. */
const TANH_LIMIT: f32 = 7.905311;

/** tanh as a quotient of polynomials (the one of Eigen): off by a few units in the last place. */
function tanh(x: v128): v128 {
  const v = f32x4.max(f32x4.splat(-TANH_LIMIT), f32x4.min(f32x4.splat(TANH_LIMIT), x));
  const square = f32x4.mul(v, v);
  let p = madd(square, f32x4.splat(-2.76076847742355e-16), f32x4.splat(2.00018790482477e-13));
  p = madd(square, p, f32x4.splat(-8.60467152213735e-11));
  p = madd(square, p, f32x4.splat(5.12229709037114e-8));
  p = madd(square, p, f32x4.splat(1.48572235717979e-5));
  p = madd(square, p, f32x4.splat(6.37261928875436e-4));
  p = madd(square, p, f32x4.splat(4.89352455891786e-3));
  let q = madd(square, f32x4.splat(1.19825839466702e-6), f32x4.splat(1.18534705686654e-4));
  q = madd(square, q, f32x4.splat(2.268434632439e-3));
  q = madd(square, q, f32x4.splat(4.89352518554385e-3));
  return f32x4.div(f32x4.mul(v, p), q);
}

/** Four values, or the one at `at` in all lanes. */
function read(at: usize, whole: bool): v128 {
  return whole ? v128.load(at) : v128.load32_splat(at);
}

function write(at: usize, value: v128, whole: bool): void {
  if (whole) v128.store(at, value);
  else store<f32>(at, f32x4.extract_lane(value, 0));
}

/** Replaces one stretch of values. */
export function activationUnit(p: usize, unit: i32): void {
  const perUnit = load<i32>(p, SIZE_PER_UNIT);
  const end = load<usize>(p, Y) + ((<usize>min((unit + 1) * perUnit, load<i32>(p, SIZE))) << 2);
  const isTanh = load<i32>(p, TANH) !== 0;
  const slopes = f32x4.splat(load<f32>(p, SLOPE));
  const zero = f32x4.splat(0);
  let at = load<usize>(p, Y) + ((<usize>(unit * perUnit)) << 2);
  while (at < end) {
    const whole = at + 16 <= end;
    const v = read(at, whole);
    write(at, isTanh ? tanh(v) : v128.bitselect(v, f32x4.mul(v, slopes), f32x4.gt(v, zero)), whole);
    at += whole ? 16 : 4;
  }
}

/** The gradient of one stretch of values. */
export function activationGradientUnit(p: usize, unit: i32): void {
  const perUnit = load<i32>(p, SIZE_PER_UNIT);
  const end = (<usize>min((unit + 1) * perUnit, load<i32>(p, SIZE))) << 2;
  const isTanh = load<i32>(p, TANH) !== 0;
  const slopes = f32x4.splat(load<f32>(p, SLOPE));
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const y = load<usize>(p, Y);
  const gradient = load<usize>(p, GRADIENT);
  const to = load<usize>(p, TO);
  let i = (<usize>(unit * perUnit)) << 2;
  while (i < end) {
    const whole = i + 16 <= end;
    const v = read(y + i, whole);
    const g = read(gradient + i, whole);
    const factor = isTanh ? f32x4.sub(one, f32x4.mul(v, v)) : v128.bitselect(one, slopes, f32x4.gt(v, zero));
    write(to + i, f32x4.mul(g, factor), whole);
    i += whole ? 16 : 4;
  }
}
