import { createRng } from '@instagan/core';
import type * as tf from '@tensorflow/tfjs';
import { type Array64, sizeOf } from '../../helpers/float64.ts';

/** One call of an op: on the backend, and in float64. */
export interface OpCase {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Array64>>;
  /** Inputs whose gradient training uses. */
  readonly differentiable: readonly string[];
  run(inputs: Record<string, tf.Tensor>): tf.Tensor;
  reference(inputs: Readonly<Record<string, Array64>>): Array64;
}

export type Shape4D = [number, number, number, number];

/** Normal values that float32 holds exactly, around `mean`; the same for the same label. */
export function random(label: string, shape: readonly number[], mean = 0): Array64 {
  const rng = createRng(1, label, ...shape);
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(mean + rng.normal())) };
}

export function scaled({ shape, data }: Array64, factor: number): Array64 {
  return { shape, data: data.map((value) => value * factor) };
}

export function unit(label: string, length: number): Array64 {
  const { shape, data } = random(label, [length]);
  const norm = Math.hypot(...data);
  return { shape, data: data.map((value) => Math.fround(value / norm)) };
}
