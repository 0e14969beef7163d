import * as tf from '@tensorflow/tfjs';
import type { Rng } from '../random/rng.ts';

/** Trainable tensors of a network by name, e.g. `imageEncoder.block3.conv1.weight`. */
export type Parameters = ReadonlyMap<string, tf.Tensor>;

/** What a network needs: names, shapes, and how training starts. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** `normal`: mean 0, standard deviation 0.02, as in CycleGAN and InstaGAN. */
  readonly initial: 'normal' | 'zeros';
}

/** Fresh values for every parameter, drawn on the host so that all backends start alike. */
export function initialParameters(specs: readonly ParameterSpec[], rng: Rng): Map<string, tf.Tensor> {
  const parameters = new Map<string, tf.Tensor>();
  for (const spec of specs) {
    parameters.set(spec.name, tf.tensor(initialValues(spec, rng), [...spec.shape], 'float32'));
  }
  return parameters;
}

/** The values with which training of a parameter starts. */
export function initialValues({ shape, initial }: Omit<ParameterSpec, 'name'>, rng: Rng): Float32Array {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  if (initial === 'normal') for (let i = 0; i < values.length; i++) values[i] = 0.02 * rng.normal();
  return values;
}

/**
 * The parameter of this name.
 *
 * @throws Error if the network was given parameters that lack it
 */
export function parameter<T extends tf.Tensor = tf.Tensor4D>(parameters: Parameters, name: string): T {
  const tensor = parameters.get(name);
  if (tensor === undefined) throw new Error(`The network has no parameter named ${name}.`);
  return tensor as T;
}
