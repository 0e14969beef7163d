import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';

type NoAttributes = Record<string, never>;

const recolourOp = defineOp<NoAttributes>({
  name: 'Recolour',
  reference: ({ x, saturation, contrast }) => {
    const around = (y: tf.Tensor, mean: tf.Tensor, factor: tf.Tensor) => tf.add(tf.mul(tf.sub(y, mean), factor), mean);
    const saturated = around(x!, tf.mean(x!, 3, true), saturation!);
    return around(saturated, tf.mean(saturated, [1, 2, 3], true), contrast!);
  },
  saveInputs: ['saturation', 'contrast'],
  gradient: (dy, saved) => {
    const [saturation, contrast] = saved as [tf.Tensor4D, tf.Tensor4D];
    return { x: () => recolour(dy as tf.Tensor4D, saturation, contrast) };
  },
});

/**
 * Changes saturation and contrast: the distances of a pixel's channels from their mean, then those of all values of an image from
 * theirs,
 *
 *     s (x - mean_c x) + mean_c x,   then   k (y - mean y) + mean y.
 *
 * Both are symmetric matrices that commute, so that this is its own transpose: the gradient is the same operation.
 *
 * @param x `[batch, height, width, channels]`
 * @param saturation s, `[batch, 1, 1, 1]`
 * @param contrast k, `[batch, 1, 1, 1]`
 * @returns the shape of `x`
 */
export function recolour(x: tf.Tensor4D, saturation: tf.Tensor4D, contrast: tf.Tensor4D): tf.Tensor4D {
  return recolourOp({ x, saturation, contrast }, {})[0] as tf.Tensor4D;
}
