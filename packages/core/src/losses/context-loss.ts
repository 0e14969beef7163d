import * as tf from '@tensorflow/tfjs';
import type { InstanceSet } from '../networks/instance-set.ts';
import { sumAll } from '../ops/absolute-difference.ts';
import { setSum } from '../ops/set-sum.ts';

/**
 * Context-preserving loss (paper, equation 6): L1 between input and output image, weighted by 1 where a pixel is
 * background in both,
 *
 *     w = 1 - clamp(sum over the masks m of input and output of (m + 1) / 2, 0, 1).
 *
 * The weight is not a constant: its gradient reaches the generated masks, as in the authors' code.
 */
export function contextLoss(input: InstanceSet, output: InstanceSet): tf.Scalar {
  const covered = tf.add(coverage(input), coverage(output));
  const weight = tf.sub(1, tf.clipByValue(covered, 0, 1));
  const difference = tf.sum(tf.abs(tf.sub(output.image, input.image)), 3, true);
  return tf.div(sumAll(tf.mul(weight, difference)), input.image.size);
}

/** How many instances cover each pixel, `[batch, height, width, 1]`. */
function coverage({ masks, counts }: InstanceSet): tf.Tensor4D {
  return tf.mul(tf.add(setSum(masks, counts), tf.tensor4d(counts as number[], [counts.length, 1, 1, 1])), 0.5);
}
