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

const adamOp = defineOp<AdamAttributes>({
  name: 'AdamUpdate',
  reference: ({ parameter, gradient, m, v }, { learningRate, beta1, beta2, epsilon, step }) => {
    const newM = tf.add(tf.mul(m!, beta1), tf.mul(gradient!, 1 - beta1));
    const newV = tf.add(tf.mul(v!, beta2), tf.mul(tf.square(gradient!), 1 - beta2));
    const deviation = tf.add(tf.div(tf.sqrt(newV), Math.sqrt(1 - beta2 ** step)), epsilon);
    const change = tf.mul(tf.div(newM, deviation), learningRate / (1 - beta1 ** step));
    return [tf.sub(parameter!, change), newM, newV];
  },
});

/**
 * One Adam update (Kingma and Ba 2015, algorithm 1) of one parameter, epsilon outside the bias-corrected root as in
 * PyTorch. All tensors have the parameter's shape; the inputs are left as they are.
 */
export function adamUpdate(
  inputs: { parameter: tf.Tensor; gradient: tf.Tensor; m: tf.Tensor; v: tf.Tensor },
  attributes: AdamAttributes,
): { parameter: tf.Tensor; m: tf.Tensor; v: tf.Tensor } {
  const [parameter, m, v] = adamOp(inputs, attributes) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return { parameter, m, v };
}
