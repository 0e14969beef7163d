// One Adam update, value by value.
import { min } from './simd';

// Parameters, in 32-bit words.
const PARAMETER = 0;
const GRADIENT = 4;
const MOMENT = 8;
const SQUARE = 12;
const NEW_PARAMETER = 16;
const NEW_MOMENT = 20;
const NEW_SQUARE = 24;
const SIZE = 28;
const SIZE_PER_UNIT = 32; // a multiple of 4
const BETA1 = 36; // f32, like all below
const REST1 = 40; // 1 - beta1
const BETA2 = 44;
const REST2 = 48;
const RATE = 52; // learning rate / (1 - beta1 ** step)
const ROOT = 56; // sqrt(1 - beta2 ** step)
const EPSILON = 60;

/** Updates one stretch of values. */
export function adamUnit(p: usize, unit: i32): void {
  const perUnit = load<i32>(p, SIZE_PER_UNIT);
  const first = unit * perUnit;
  let i = (<usize>first) << 2;
  const end = (<usize>min(first + perUnit, load<i32>(p, SIZE))) << 2;
  const parameter = load<usize>(p, PARAMETER);
  const gradient = load<usize>(p, GRADIENT);
  const moment = load<usize>(p, MOMENT);
  const square = load<usize>(p, SQUARE);
  const newParameter = load<usize>(p, NEW_PARAMETER);
  const newMoment = load<usize>(p, NEW_MOMENT);
  const newSquare = load<usize>(p, NEW_SQUARE);
  const beta1 = load<f32>(p, BETA1);
  const rest1 = load<f32>(p, REST1);
  const beta2 = load<f32>(p, BETA2);
  const rest2 = load<f32>(p, REST2);
  const rate = load<f32>(p, RATE);
  const root = load<f32>(p, ROOT);
  const epsilon = load<f32>(p, EPSILON);
  for (; i + 16 <= end; i += 16) {
    const g = v128.load(gradient + i);
    const m = f32x4.add(f32x4.mul(v128.load(moment + i), f32x4.splat(beta1)), f32x4.mul(g, f32x4.splat(rest1)));
    const s = f32x4.add(
      f32x4.mul(v128.load(square + i), f32x4.splat(beta2)),
      f32x4.mul(f32x4.mul(g, g), f32x4.splat(rest2)),
    );
    const deviation = f32x4.add(f32x4.div(f32x4.sqrt(s), f32x4.splat(root)), f32x4.splat(epsilon));
    const change = f32x4.mul(f32x4.div(m, deviation), f32x4.splat(rate));
    v128.store(newMoment + i, m);
    v128.store(newSquare + i, s);
    v128.store(newParameter + i, f32x4.sub(v128.load(parameter + i), change));
  }
  for (; i < end; i += 4) {
    const g = load<f32>(gradient + i);
    const m = load<f32>(moment + i) * beta1 + g * rest1;
    const s = load<f32>(square + i) * beta2 + g * g * rest2;
    store<f32>(newMoment + i, m);
    store<f32>(newSquare + i, s);
    store<f32>(newParameter + i, load<f32>(parameter + i) - (m / (sqrt<f32>(s) / root + epsilon)) * rate);
  }
}
