import * as tf from '@tensorflow/tfjs';
import type { InstanceSet } from '../networks/instance-set.ts';
import { reconstructionLoss } from './reconstruction-loss.ts';

/**
 * Consistency under motion, for steady videos; not in the paper. With a small motion T of the camera,
 *
 *     weight * | s (G(T x) - T G(x)) |_1,
 *
 * averaged over all pixels of image and mask channels together, as cycle consistency is. T G(x) is a constant: gradients flow
 * through G(T x) alone, and as T is drawn around no motion, each picture is pulled towards its neighbours on all sides.
 *
 * @param output G(T x)
 * @param target T G(x)
 * @param seen s, `[1, height, width, 1]`: 0 where T brings in what x does not show, else 1
 * @param slots mask channels in the average
 */
export function consistencyLoss(
  output: InstanceSet,
  target: InstanceSet,
  seen: tf.Tensor4D,
  slots: number,
  weight: number,
): tf.Scalar {
  const cut = ({ image, masks, counts }: InstanceSet): InstanceSet => ({
    image: tf.mul(image, seen),
    masks: tf.mul(masks, seen),
    counts,
  });
  return reconstructionLoss(cut(output), cut(target), slots, weight);
}
