import * as tf from '@tensorflow/tfjs';
import { createRng } from '../../random/rng.ts';
import type { ProgramState } from '../program.ts';

export const CHANNELS = 4;

/** State of a program under test: a filter and a vector. */
export interface Layer extends ProgramState {
  filter: tf.Tensor4D;
  u: tf.Tensor1D;
}

/** Normally distributed values. */
export function random(shape: number[], seed: number): tf.Tensor {
  const rng = createRng(seed);
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()),
    shape,
  );
}

/** A layer of random values, kept. */
export function layer(seed: number): Layer {
  const state: Layer = {
    filter: tf.keep(random([3, 3, CHANNELS, CHANNELS], seed) as tf.Tensor4D),
    u: tf.keep(random([CHANNELS], seed + 1) as tf.Tensor1D),
    tensors: () => [state.filter, state.u],
    replace([filter, u]) {
      state.filter = tf.keep(filter as tf.Tensor4D);
      state.u = tf.keep(u as tf.Tensor1D);
    },
  };
  return state;
}
