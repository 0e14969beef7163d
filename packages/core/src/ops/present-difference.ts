import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';
import { sumAll } from './sum-all.ts';

interface PresentDifferenceAttributes {
  readonly target: number;
  readonly scale: number;
}

const differenceOp = defineOp<PresentDifferenceAttributes>({
  name: 'PresentDifference',
  reference: ({ x, present }, { target, scale }) => {
    const sum = sumAll(tf.mul(tf.square(tf.sub(x!, target)), present!) as tf.Tensor4D);
    return tf.div(tf.mul(sum, scale), countOf(present as tf.Tensor4D));
  },
  saveInputs: ['x', 'present'],
  gradient: (dy, [x, present], attributes) => ({
    x: () => gradientOp({ dy, x: x as tf.Tensor, present: present as tf.Tensor }, attributes)[0],
    // What is there is a constant.
    present: () => tf.zerosLike(present as tf.Tensor),
  }),
});

const gradientOp = defineOp<PresentDifferenceAttributes>({
  name: 'PresentDifferenceGradient',
  reference: ({ dy, x, present }, { target, scale }) => {
    const each = tf.div(tf.mul(dy!, 2 * scale), countOf(present as tf.Tensor4D));
    return tf.mul(tf.mul(tf.sub(x!, target), present!), each);
  },
});

function countOf(present: tf.Tensor4D): tf.Scalar {
  return tf.maximum(sumAll(present), 1);
}

/**
 * `scale` times the sum of (x - target)^2 over all elements of the rows that are there, divided by their number; 0 if there are none.
 *
 * @param x `[rows, height, width, channels]`
 * @param present `[rows, 1, 1, 1]`: 1 for a row that is there, else 0; a constant
 * @returns scalar
 */
export function presentDifference(x: tf.Tensor4D, present: tf.Tensor4D, target: number, scale: number): tf.Scalar {
  return differenceOp({ x, present }, { target, scale })[0] as tf.Scalar;
}
