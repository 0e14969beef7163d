import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';

export interface AdamAttributes {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** 1 at the first update. */
  readonly step: number;
}

/** The weights of a network with their moments; tensors at the same place belong together and have one shape. */
export interface AdamState {
  readonly parameters: readonly tf.Tensor[];
  readonly m: readonly tf.Tensor[];
  readonly v: readonly tf.Tensor[];
}

const adamOp = defineOp<AdamAttributes>({
  name: 'AdamUpdate',
  reference: (inputs, { learningRate, beta1, beta2, epsilon, step }) => {
    const { parameters, gradients, m, v } = inputs as unknown as AdamState & { gradients: readonly tf.Tensor[] };
    const next = parameters.map((parameter, i) => {
      const gradient = gradients[i] as tf.Tensor;
      const nextM = tf.add(tf.mul(m[i]!, beta1), tf.mul(gradient, 1 - beta1));
      const nextV = tf.add(tf.mul(v[i]!, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const deviation = tf.add(tf.div(tf.sqrt(nextV), Math.sqrt(1 - beta2 ** step)), epsilon);
      const change = tf.mul(tf.div(nextM, deviation), learningRate / (1 - beta1 ** step));
      return [tf.sub(parameter, change), nextM, nextV] as const;
    });
    return [0, 1, 2].flatMap((part) => next.map((each) => each[part] as tf.Tensor));
  },
});

/**
 * One Adam update (Kingma and Ba 2015, algorithm 1) of all weights of a network, epsilon outside the bias-corrected
 * root as in PyTorch. The state is given up: its memory may hold the next one afterwards.
 *
 * @param gradients one for each parameter
 */
export function adamUpdate(
  { parameters, m, v }: AdamState,
  gradients: readonly tf.Tensor[],
  attributes: AdamAttributes,
): AdamState {
  const count = parameters.length;
  const inputs = { parameters, gradients, m, v } as unknown as Record<string, tf.Tensor>;
  const outputs = adamOp(inputs, attributes);
  return {
    parameters: outputs.slice(0, count),
    m: outputs.slice(count, 2 * count),
    v: outputs.slice(2 * count),
  };
}
