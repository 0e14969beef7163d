import * as tf from '@tensorflow/tfjs';
import type { InstanceSet } from '../networks/instance-set.ts';
import { absoluteDifferenceSum } from '../ops/absolute-difference.ts';

/**
 * Cycle-consistency and identity-mapping loss (paper, equations 4 and 5): `weight` times the L1 distance of the image and
 * of the masks, averaged over the channels of both together, as the authors compute it.
 *
 * @param slots mask channels in that average; the chunk's size, also where a sample holds fewer instances
 */
export function reconstructionLoss(output: InstanceSet, target: InstanceSet, slots: number, weight = 1): tf.Scalar {
  const [batch, height, width, channels] = target.image.shape;
  const scale = weight / (batch * height * width * (channels + slots));
  const image = absoluteDifferenceSum(output.image, target.image, scale);
  return slots === 0 ? image : tf.add(image, absoluteDifferenceSum(output.masks, target.masks, scale));
}
