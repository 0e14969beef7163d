import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';

type NoAttributes = Record<string, never>;

const upsamplingOp = defineOp<NoAttributes>({
  name: 'NearestUpsampling',
  reference: ({ x }) => {
    const [batch, height, width, channels] = (x as tf.Tensor4D).shape;
    const wide = tf.reshape(tf.concat([x!, x!], 3), [batch * height, 1, 2 * width * channels]);
    return tf.reshape(tf.concat([wide, wide], 1), [batch, 2 * height, 2 * width, channels]);
  },
  gradient: (dy) => ({ x: () => blockSum(dy as tf.Tensor4D) }),
});

const blockSumOp = defineOp<NoAttributes>({
  name: 'BlockSum',
  reference: ({ x }) => {
    const [batch, height, width, channels] = (x as tf.Tensor4D).shape;
    const [top, bottom] = tf.split(tf.reshape(x!, [(batch * height) / 2, 2, width * channels]), [1, 1], 1);
    const columns = tf.reshape(tf.add(top!, bottom!), [(batch * height * width) / 4, 2, channels]);
    const [left, right] = tf.split(columns, [1, 1], 1);
    return tf.reshape(tf.add(left!, right!), [batch, height / 2, width / 2, channels]);
  },
  gradient: (dy) => ({ x: () => nearestUpsampling(dy as tf.Tensor4D) }),
});

/**
 * Doubles height and width: each pixel becomes a block of 2x2.
 *
 * @param x `[batch, height, width, channels]`
 * @returns `[batch, 2 height, 2 width, channels]`
 */
export function nearestUpsampling(x: tf.Tensor4D): tf.Tensor4D {
  return upsamplingOp({ x }, {})[0] as tf.Tensor4D;
}

/**
 * The sum of each block of 2x2 pixels; the transpose of {@link nearestUpsampling}.
 *
 * @param x `[batch, 2 height, 2 width, channels]`
 * @returns `[batch, height, width, channels]`
 */
export function blockSum(x: tf.Tensor4D): tf.Tensor4D {
  return blockSumOp({ x }, {})[0] as tf.Tensor4D;
}
