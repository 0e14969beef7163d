import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';
import { sumAll } from './sum-all.ts';

interface SquaredDifferenceAttributes {
  readonly target: number;
  readonly scale: number;
}

const differenceOp = defineOp<SquaredDifferenceAttributes>({
  name: 'SquaredDifferenceSum',
  reference: ({ x }, { target, scale }) => tf.mul(sumAll(tf.square(tf.sub(x!, target)) as tf.Tensor4D), scale),
  saveInputs: ['x'],
  gradient: (dy, [x], attributes) => ({ x: () => gradientOp({ dy, x: x as tf.Tensor }, attributes)[0] }),
});

const gradientOp = defineOp<SquaredDifferenceAttributes>({
  name: 'SquaredDifferenceGradient',
  reference: ({ dy, x }, { target, scale }) => tf.mul(tf.mul(dy!, 2 * scale), tf.sub(x!, target)),
});

/**
 * `scale` times the sum of (x - target)^2 over all elements.
 *
 * @param x `[batch, height, width, channels]`
 * @returns scalar
 */
export function squaredDifferenceSum(x: tf.Tensor4D, target: number, scale: number): tf.Scalar {
  return differenceOp({ x }, { target, scale })[0] as tf.Scalar;
}
