import * as tf from '@tensorflow/tfjs';
import { createRng } from '../../random/rng.ts';

export const CHANNELS = 4;

/** Normally distributed values. */
export function random(shape: number[], seed: number): tf.Tensor {
  const rng = createRng(seed);
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()),
    shape,
  );
}

/** State of a compiled function under test: a filter and a vector, as a program replaces them. */
export type Layer = Map<'filter' | 'u', tf.Tensor>;

/** A layer of random values, kept. */
export function layer(seed: number): Layer {
  return new Map([
    ['filter', tf.keep(random([3, 3, CHANNELS, CHANNELS], seed))],
    ['u', tf.keep(random([CHANNELS], seed + 1))],
  ]);
}
