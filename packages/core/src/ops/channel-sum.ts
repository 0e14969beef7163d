import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';

const channelSumOp = defineOp<Record<string, never>>({
  name: 'ChannelSum',
  reference: ({ x }) => tf.sum(tf.sum(tf.sum(x!, 2), 1), 0),
});

/**
 * Sums over all but the last axis: the gradient of a bias. One axis at a time, since backends that add sequentially in
 * float32 lose digits over one long sum.
 *
 * @param x `[batch, height, width, channels]`
 * @returns `[channels]`
 */
export function channelSum(x: tf.Tensor4D): tf.Tensor1D {
  return channelSumOp({ x }, {})[0] as tf.Tensor1D;
}
