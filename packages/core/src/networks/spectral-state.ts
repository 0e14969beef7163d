import * as tf from '@tensorflow/tfjs';
import { powerIteration, type SingularVectors, spectralNorm } from '../ops/spectral-norm.ts';
import type { Rng } from '../random/rng.ts';
import { type Parameters, parameter } from './parameters.ts';

/** The singular vectors of each convolution of a discriminator, kept from call to call. */
export type SpectralState = Map<string, SingularVectors>;

const WEIGHT = '.weight';

/** Random unit vectors for every weight; the first power iterations turn them into singular ones. */
export function initialSpectralState(parameters: Parameters, rng: Rng): SpectralState {
  const state: SpectralState = new Map();
  for (const [name, weight] of parameters) {
    if (!name.endsWith(WEIGHT)) continue;
    const outputs = weight.shape[3] as number;
    state.set(name.slice(0, -WEIGHT.length), {
      u: unitVector(outputs, rng),
      v: unitVector(weight.size / outputs, rng),
    });
  }
  return state;
}

/** Advances every pair of vectors by one power iteration, in place; the old tensors are disposed. */
export function advanceSpectralState(state: SpectralState, parameters: Parameters): void {
  const layers = [...state.keys()];
  const before = [...state.values()];
  const weights = layers.map((layer) => parameter<tf.Tensor4D>(parameters, layer + WEIGHT));
  const us = before.map(({ u }) => u);
  const next = powerIteration(weights, us);
  layers.forEach((layer, i) => {
    const { u, v } = next[i] as SingularVectors;
    state.set(layer, { u: tf.keep(u), v: tf.keep(v) });
  });
  tf.dispose(before.flatMap(({ u, v }) => [u, v]));
}

/** Every convolution's weight divided by its largest singular value, by the names of the parameters; differentiable. */
export function normalisedWeights(parameters: Parameters, state: SpectralState): Map<string, tf.Tensor> {
  return new Map(
    [...state].map(([layer, vectors]) => [
      layer + WEIGHT,
      spectralNorm(parameter(parameters, layer + WEIGHT), vectors),
    ]),
  );
}

/** The parameters, with {@link normalisedWeights} in the place of those weights. */
export function spectrallyNormalised(parameters: Parameters, state: SpectralState): Parameters {
  return new Map([...parameters, ...normalisedWeights(parameters, state)]);
}

function unitVector(length: number, rng: Rng): tf.Tensor1D {
  const values = Float32Array.from({ length }, () => rng.normal());
  const norm = Math.hypot(...values);
  return tf.keep(tf.tensor1d(values.map((value) => value / norm)));
}
