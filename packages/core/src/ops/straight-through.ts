import * as tf from '@tensorflow/tfjs';
import { convolution } from './convolution.ts';
import { defineOp } from './define-op.ts';

type NoAttributes = Record<string, never>;

const signOp = defineOp<NoAttributes>({
  name: 'StraightThroughSign',
  reference: ({ x }) => tf.sub(tf.mul(tf.cast(tf.greaterEqual(x!, 0), 'float32'), 2), 1),
  gradient: (dy) => ({ x: () => tf.clone(dy) }),
});

const dilationOp = defineOp<NoAttributes>({
  name: 'StraightThroughDilation',
  reference: ({ x }) => {
    const around = convolution(x as tf.Tensor4D, tf.ones([3, 3, 1, 1]), NEIGHBOURS);
    return tf.minimum(around, 1);
  },
  gradient: (dy) => ({ x: () => tf.clone(dy) }),
});

const NEIGHBOURS = { stride: 1, padding: [1, 1, 1, 1], border: 'zero' } as const;

/**
 * The sign of each value, 1 for 0, with the gradient of the identity: the straight-through estimator (Bengio et al. 2013).
 *
 * @returns -1 or 1, in the shape of `x`
 */
export function straightThroughSign<T extends tf.Tensor>(x: T): T {
  return signOp({ x }, {})[0] as T;
}

/**
 * Grows what is covered by a pixel on all sides, with the gradient of the identity.
 *
 * @param cover `[batch, height, width, 1]`, 0 … 1
 * @returns the sum of each 3x3 neighbourhood, at most 1
 */
export function straightThroughDilation(cover: tf.Tensor4D): tf.Tensor4D {
  return dilationOp({ x: cover }, {})[0] as tf.Tensor4D;
}
