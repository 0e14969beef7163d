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
  const weights = [1, 2, 1].flatMap((row) => [1, 2, 1].map((column) => (row * column) / 16));
  const values = new Float32Array(weights.length * channels * channels);
  for (const [place, weight] of weights.entries()) {
    for (let channel = 0; channel < channels; channel++) {
      values[(place * channels + channel) * channels + channel] = weight;
    }
  }
  return tf.tensor4d(values, [3, 3, channels, channels]);
}
