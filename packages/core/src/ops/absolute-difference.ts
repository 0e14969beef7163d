import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';

const differenceOp = defineOp<Record<string, never>>({
  name: 'AbsoluteDifferenceSum',
  reference: ({ x, target }) => sumAll(tf.abs(tf.sub(x!, target!)) as tf.Tensor4D),
  saveInputs: ['x', 'target'],
  gradient: (dy, saved) => {
    const [x, target] = saved as [tf.Tensor, tf.Tensor];
    const sign = () => tf.mul(dy, tf.sign(tf.sub(x, target)));
    return { x: sign, target: () => tf.neg(sign()) };
  },
});

/**
 * The sum of |x - target| over all elements (the L1 norm of the difference).
 *
 * @param x `[batch, height, width, channels]`
 * @param target same shape
 * @returns scalar
 */
export function absoluteDifferenceSum(x: tf.Tensor4D, target: tf.Tensor4D): tf.Scalar {
  return differenceOp({ x, target }, {})[0] as tf.Scalar;
}

/** Sums one axis at a time: backends that add sequentially in float32 lose digits over one long sum. */
export function sumAll(x: tf.Tensor4D): tf.Scalar {
  return tf.sum(tf.sum(tf.sum(tf.sum(x, 3), 2), 1), 0) as tf.Scalar;
}
