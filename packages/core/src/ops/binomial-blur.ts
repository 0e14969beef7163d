import * as tf from '@tensorflow/tfjs';
import type { Activation } from './activation.ts';
import { convolution } from './convolution.ts';

const GEOMETRY = { stride: 1, padding: [1, 1, 1, 1], border: 'reflect' } as const;

/**
 * The mean of each 3x3 neighbourhood by the weights [1 2 1] [1 2 1] / 16, the border reflected. It leaves nothing of what
 * changes from pixel to pixel, as stripes and checkerboards do: the filter's response at half the sampling rate is zero.
 *
 * @param x `[batch, height, width, channels]`, each channel by itself
 * @param activation applied to the result
 */
export function binomialBlur(x: tf.Tensor4D, activation: Activation): tf.Tensor4D {
  return tf.tidy(() => convolution(x, binomialFilter(x.shape[3]), GEOMETRY, undefined, activation));
}

/** `[3, 3, channels, channels]`: zero from one channel to another. */
function binomialFilter(channels: number): tf.Tensor4D {
  const [end, middle] = [tf.fill([1, 1, 1, 1], 0.25), tf.fill([1, 1, 1, 1], 0.5)];
  const column = tf.concat([end, middle, end], 0);
  const own: tf.Tensor4D = tf.mul(column, tf.reshape(column, [1, 3, 1, 1]));
  if (channels === 1) return own;
  const others = tf.zerosLike(own);
  const numbers = Array.from({ length: channels }, (_, i) => i);
  const ofOutput = (output: number) =>
    tf.concat(
      numbers.map((input) => (input === output ? own : others)),
      2,
    );
  return tf.concat(numbers.map(ofOutput), 3);
}
