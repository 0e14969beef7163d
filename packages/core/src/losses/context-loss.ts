import type * as tf from '@tensorflow/tfjs';
import type { InstanceSet } from '../networks/instance-set.ts';
import { uncoveredDifferenceSum } from '../ops/uncovered-difference.ts';

/**
 * Context-preserving loss (paper, equation 6): `weight` times the L1 distance between input and output image, where each
 * pixel counts by how far it is background in both,
 *
 *     w = 1 - clamp(sum over the masks m of input and output of (m + 1) / 2, 0, 1).
 *
 * The w is not a constant: its gradient reaches the generated masks, as in the authors' code.
 */
export function contextLoss(input: InstanceSet, output: InstanceSet, weight = 1): tf.Scalar {
  return uncoveredDifferenceSum(output, input, input.counts, weight / input.image.size);
}
