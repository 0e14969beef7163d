import * as tf from '@tensorflow/tfjs';
import type { Activation } from './activation.ts';
import { convolution } from './convolution.ts';

const GEOMETRY = { stride: 1, padding: [1, 1, 1, 1], border: 'reflect' } as const;

/**
 * The mean of each 3x3 neighbourhood by the weights [1 2 1] [1 2 1] / 16, the border reflected. It leaves nothing of what
 * changes from pixel to pixel, as stripes and checkerboards do: the filter's response at half the sampling rate is zero.
 *
 * @param x `[batch, height, width, 1]`
 * @param activation applied to the result
 */
export function binomialBlur(x: tf.Tensor4D, activation: Activation): tf.Tensor4D {
  return tf.tidy(() => {
    const [end, middle] = [tf.fill([1, 1, 1, 1], 0.25), tf.fill([1, 1, 1, 1], 0.5)];
    const column = tf.concat([end, middle, end], 0);
    const filter: tf.Tensor4D = tf.mul(column, tf.reshape(column, [1, 3, 1, 1]));
    return convolution(x, filter, GEOMETRY, undefined, activation);
  });
}
