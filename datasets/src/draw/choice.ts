import type { Rng } from '@instagan/core/data';

/** Uniform in [low, high). */
export function between(rng: Rng, low: number, high: number): number {
  return low + (high - low) * rng.uniform();
}

/** True with the given probability in [0, 1]. */
export function chance(rng: Rng, probability: number): boolean {
  return rng.uniform() < probability;
}

/** One entry of a non-empty list, each equally likely. */
export function pick<T>(rng: Rng, list: readonly T[]): T {
  return list[rng.integer(list.length)] as T;
}

/** One value of a non-empty list of `[value, weight]`; weights are positive and need not sum to 1. */
export function pickWeighted<T>(rng: Rng, list: readonly (readonly [T, number])[]): T {
  let rest = rng.uniform() * list.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of list) {
    rest -= weight;
    if (rest < 0) return value;
  }
  return (list[list.length - 1] as readonly [T, number])[0];
}

/** Linear interpolation from `a` (t = 0) to `b` (t = 1). */
export function lerp(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** The nearest number to `value` in [low, high]. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
