import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';
import { sumAll } from './sum-all.ts';

interface ScaleAttributes {
  readonly scale: number;
}

const differenceOp = defineOp<ScaleAttributes>({
  name: 'AbsoluteDifferenceSum',
  reference: ({ x, target }, { scale }) => tf.mul(sumAll(tf.abs(tf.sub(x!, target!)) as tf.Tensor4D), scale),
  saveInputs: ['x', 'target'],
  gradient: (dy, saved, { scale }) => {
    const [x, target] = saved as [tf.Tensor, tf.Tensor];
    const dx = () => gradientOp({ dy, x, target }, { scale })[0];
    return { x: dx, target: () => tf.neg(dx()) };
  },
});

const gradientOp = defineOp<ScaleAttributes>({
  name: 'AbsoluteDifferenceGradient',
  reference: ({ dy, x, target }, { scale }) => tf.mul(tf.mul(dy!, scale), tf.sign(tf.sub(x!, target!))),
});

/**
 * `scale` times the sum of |x - target| over all elements (the L1 norm of the difference).
 *
 * @param x `[batch, height, width, channels]`
 * @param target same shape
 * @returns scalar
 */
export function absoluteDifferenceSum(x: tf.Tensor4D, target: tf.Tensor4D, scale: number): tf.Scalar {
  return differenceOp({ x, target }, { scale })[0] as tf.Scalar;
}
