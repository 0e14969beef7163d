import * as tf from '@tensorflow/tfjs';
import type { InstanceSet } from '../networks/instance-set.ts';
import { absoluteDifferenceSum } from '../ops/absolute-difference.ts';

/**
 * Cycle-consistency and identity-mapping loss (paper, equations 4 and 5): L1 on the image and on the masks, averaged
 * over the channels of both together, as the authors compute it.
 *
 * @param slots mask channels in that average; the chunk's size, also where a sample holds fewer instances
 */
export function reconstructionLoss(output: InstanceSet, target: InstanceSet, slots: number): tf.Scalar {
  const [batch, height, width, channels] = target.image.shape;
  const image = absoluteDifferenceSum(output.image, target.image);
  const total = slots === 0 ? image : tf.add(image, absoluteDifferenceSum(output.masks, target.masks));
  return tf.div(total, batch * height * width * (channels + slots));
}
