// Sums, in float64 and in an order that depends on the shape alone.
import { min } from './simd';

// Parameters of a reduction of [outer, length, inner] to [outer, inner], in 32-bit words.
const FROM = 0;
const TO = 4;
const OUTER = 8;
const LENGTH = 12;
const INNER = 16;
const SCALE = 20; // f32: 1 for a sum, 0 for a mean
const OUTER_PER_UNIT = 24;

function low(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1));
}

/** The sum of the four float64 values in two vectors. */
function horizontalSum(a: v128, b: v128): f64 {
  const sum = f64x2.add(a, b);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Four float32 values, divided in float64 before. */
function narrow(a: v128, b: v128, divisor: v128): v128 {
  const first = f32x4.demote_f64x2_zero(f64x2.div(a, divisor));
  const second = f32x4.demote_f64x2_zero(f64x2.div(b, divisor));
  return v128.shuffle<f64>(first, second, 0, 2);
}

/** Sum of `count` neighbours. */
function sumOfRow(from: usize, count: i32): f64 {
  let a = f64x2.splat(0);
  let b = a;
  let at = from;
  const end = from + ((<usize>(count & ~3)) << 2);
  while (at < end) {
    const v = v128.load(at);
    a = f64x2.add(a, low(v));
    b = f64x2.add(b, high(v));
    at += 16;
  }
  let sum = horizontalSum(a, b);
  for (let i = count & ~3; i < count; i++) sum += <f64>load<f32>(from + ((<usize>i) << 2));
  return sum;
}

/** Reduces some of the outer indices. */
export function reduceUnit(p: usize, unit: i32): void {
  const length = load<i32>(p, LENGTH);
  const inner = load<i32>(p, INNER);
  const perUnit = load<i32>(p, OUTER_PER_UNIT);
  const end = min((unit + 1) * perUnit, load<i32>(p, OUTER));
  const divisor: f64 = load<f32>(p, SCALE) === 0 ? <f64>length : 1;
  const divisors = f64x2.splat(divisor);
  const step = (<usize>inner) << 2;
  for (let o = unit * perUnit; o < end; o++) {
    const from = load<usize>(p, FROM) + <usize>(o * length) * step;
    const to = load<usize>(p, TO) + <usize>o * step;
    if (inner === 1) {
      store<f32>(to, <f32>(sumOfRow(from, length) / divisor));
      continue;
    }
    let c: usize = 0;
    for (; c + 32 <= step; c += 32) {
      let a0 = f64x2.splat(0);
      let a1 = a0;
      let b0 = a0;
      let b1 = a0;
      let at = from + c;
      for (let i = 0; i < length; i++) {
        const v = v128.load(at);
        const w = v128.load(at, 16);
        a0 = f64x2.add(a0, low(v));
        a1 = f64x2.add(a1, high(v));
        b0 = f64x2.add(b0, low(w));
        b1 = f64x2.add(b1, high(w));
        at += step;
      }
      v128.store(to + c, narrow(a0, a1, divisors));
      v128.store(to + c, narrow(b0, b1, divisors), 16);
    }
    for (; c < step; c += 4) {
      let sum: f64 = 0;
      let at = from + c;
      for (let i = 0; i < length; i++) {
        sum += <f64>load<f32>(at);
        at += step;
      }
      store<f32>(to + c, <f32>(sum / divisor));
    }
  }
}

// Parameters of the sum of absolute differences.
const X = 0;
const TARGET = 4;
const PARTIAL = 8; // address of f64 [units]
const SIZE = 12;
const SIZE_PER_UNIT = 16; // a multiple of 4
const RESULT = 20;
const FACTOR = 24; // f32

/** The sum of |x - target| over one stretch. */
export function absoluteDifferenceUnit(p: usize, unit: i32): void {
  const perUnit = load<i32>(p, SIZE_PER_UNIT);
  const first = unit * perUnit;
  const count = min(perUnit, load<i32>(p, SIZE) - first);
  let x = load<usize>(p, X) + ((<usize>first) << 2);
  let target = load<usize>(p, TARGET) + ((<usize>first) << 2);
  let a = f64x2.splat(0);
  let b = a;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const v = f32x4.abs(f32x4.sub(v128.load(x), v128.load(target)));
    a = f64x2.add(a, low(v));
    b = f64x2.add(b, high(v));
    x += 16;
    target += 16;
  }
  let sum = horizontalSum(a, b);
  for (; i < count; i++) {
    sum += <f64>abs<f32>(load<f32>(x) - load<f32>(target));
    x += 4;
    target += 4;
  }
  store<f64>(load<usize>(p, PARTIAL) + ((<usize>unit) << 3), sum);
}

/** Adds up the stretches, and scales the sum. */
export function absoluteDifferenceTotal(p: usize): void {
  const perUnit = load<i32>(p, SIZE_PER_UNIT);
  const units = (load<i32>(p, SIZE) + perUnit - 1) / perUnit;
  let sum: f64 = 0;
  for (let i = 0; i < units; i++) sum += load<f64>(load<usize>(p, PARTIAL) + ((<usize>i) << 3));
  store<f32>(load<usize>(p, RESULT), <f32>(sum * <f64>load<f32>(p, FACTOR)));
}
