import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';

export interface AdamAttributes {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** The weights of a network with their moments; tensors at the same place belong together and have one shape. */
export interface AdamState {
  readonly parameters: readonly tf.Tensor[];
  readonly m: readonly tf.Tensor[];
  readonly v: readonly tf.Tensor[];
}

const adamOp = defineOp<AdamAttributes>({
  name: 'AdamUpdate',
  reference: (inputs, { beta1, beta2, epsilon }) => {
    const { parameters, gradients, m, v } = inputs as unknown as AdamState & { gradients: readonly tf.Tensor[] };
    const [rate, root] = tf.unstack(inputs.rates!) as [tf.Scalar, tf.Scalar];
    const next = parameters.map((parameter, i) => {
      const gradient = gradients[i] as tf.Tensor;
      const nextM = tf.add(tf.mul(m[i]!, beta1), tf.mul(gradient, 1 - beta1));
      const nextV = tf.add(tf.mul(v[i]!, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const deviation = tf.add(tf.div(tf.sqrt(nextV), root), epsilon);
      const change = tf.mul(tf.div(nextM, deviation), rate);
      return [tf.sub(parameter, change), nextM, nextV] as const;
    });
    return [0, 1, 2].flatMap((part) => next.map((each) => each[part] as tf.Tensor));
  },
});

/**
 * The factors that change from update to update: the learning rate over the first moment's bias correction, and the root of
 * the second moment's.
 *
 * @param step 1 at the first update
 * @returns `[2]`
 */
export function adamRates(
  learningRate: number,
  { beta1, beta2 }: Pick<AdamAttributes, 'beta1' | 'beta2'>,
  step: number,
): tf.Tensor1D {
  return tf.tensor1d([learningRate / (1 - beta1 ** step), Math.sqrt(1 - beta2 ** step)]);
}

/**
 * One Adam update (Kingma and Ba 2015, algorithm 1) of all weights of a network, epsilon outside the bias-corrected
 * root as in PyTorch. It may overwrite the state: do not use that afterwards.
 *
 * @param gradients one for each parameter
 * @param rates see {@link adamRates}
 */
export function adamUpdate(
  { parameters, m, v }: AdamState,
  gradients: readonly tf.Tensor[],
  rates: tf.Tensor1D,
  attributes: AdamAttributes,
): AdamState {
  const count = parameters.length;
  const inputs = { parameters, gradients, m, v, rates } as unknown as Record<string, tf.Tensor>;
  const outputs = adamOp(inputs, attributes);
  return {
    parameters: outputs.slice(0, count),
    m: outputs.slice(count, 2 * count),
    v: outputs.slice(2 * count),
  };
}
