import * as tf from '@tensorflow/tfjs';

/** Sums one axis at a time: backends that add sequentially in float32 lose digits over one long sum. */
export function sumAll(x: tf.Tensor4D): tf.Scalar {
  return tf.sum(tf.sum(tf.sum(tf.sum(x, 3), 2), 1), 0) as tf.Scalar;
}
