import * as tf from '@tensorflow/tfjs';

/**
 * Least-squares GAN loss (paper, equation 3; Mao et al. 2017): the mean of (score - target)^2.
 *
 * @param scores patch scores `[batch, height, width, 1]`
 * @param target 1 for real, 0 for fake
 */
export function adversarialLoss(scores: tf.Tensor4D, target: 0 | 1): tf.Scalar {
  return tf.mean(tf.square(target === 0 ? scores : tf.sub(scores, target)));
}
