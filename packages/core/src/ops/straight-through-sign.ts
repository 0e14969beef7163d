import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';

const signOp = defineOp<Record<string, never>>({
  name: 'StraightThroughSign',
  reference: ({ x }) => tf.sub(tf.mul(tf.cast(tf.greaterEqual(x!, 0), 'float32'), 2), 1),
  gradient: (dy) => ({ x: () => tf.clone(dy) }),
});

/**
 * The sign of each value, 1 for 0, with the gradient of the identity: the straight-through estimator (Bengio et al. 2013).
 *
 * @returns -1 or 1, in the shape of `x`
 */
export function straightThroughSign<T extends tf.Tensor>(x: T): T {
  return signOp({ x }, {})[0] as T;
}
