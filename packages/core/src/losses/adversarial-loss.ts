import type * as tf from '@tensorflow/tfjs';
import { squaredDifferenceSum } from '../ops/squared-difference.ts';

/**
 * Least-squares GAN loss (paper, equation 3; Mao et al. 2017): `weight` times the mean of (score - target)^2.
 *
 * @param scores patch scores `[batch, height, width, 1]`
 * @param target 1 for real, 0 for fake
 */
export function adversarialLoss(scores: tf.Tensor4D, target: 0 | 1, weight = 1): tf.Scalar {
  return squaredDifferenceSum(scores, target, weight / scores.size);
}
