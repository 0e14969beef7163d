import * as tf from '@tensorflow/tfjs';
import type { InstanceSet } from '../../networks/instance-set.ts';
import { absoluteDifferenceSum } from '../../ops/absolute-difference.ts';
import { squaredDifferenceSum } from '../../ops/squared-difference.ts';
import { uncoveredDifferenceSum } from '../../ops/uncovered-difference.ts';
import type { TrainingConfig } from '../training-config.ts';

/** The generators' losses, of each direction of translation, in the order in which they are reported. */
export const GENERATOR_LOSSES = [
  'generator',
  'cycle',
  'identity',
  'context',
  'consistency',
  'featureMatching',
  'objectGenerator',
] as const;

export type GeneratorLoss = (typeof GENERATOR_LOSSES)[number];

/** Those of the paper must be given; the others are left out without a weight. */
export type LossWeights = Pick<TrainingConfig['weights'], 'cycle' | 'identity' | 'context'> &
  Partial<TrainingConfig['weights']>;

/**
 * Least-squares GAN loss (paper, equation 3; Mao et al. 2017): `weight` times the mean of (score - target)^2.
 *
 * @param scores patch scores `[batch, height, width, 1]`
 * @param target 1 for real, 0 for fake
 */
export function adversarialLoss(scores: tf.Tensor4D, target: 0 | 1, weight = 1): tf.Scalar {
  return squaredDifferenceSum(scores, target, weight / scores.size);
}

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

/**
 * Feature matching, as in pix2pixHD (Wang et al. 2018, equation 4); not in the paper. It compares what a frozen discriminator D
 * computes on the way to its scores, layer by layer, of a translated sample and of a real one of the same domain,
 *
 *     weight * mean over layers l of the mean of |D_l(fake) - D_l(real)|,
 *
 * the inner mean over samples, places and channels; pix2pixHD sums over its layers. There are no pairs here: sample by sample, place
 * by place, a translation is compared with whatever real sample D is shown beside it in this step, with all of its masks.
 * D_l(real) is a constant.
 *
 * @param fake one tensor `[batch, height, width, channels]` a layer
 * @param real of the same shapes
 */
export function featureMatchingLoss(
  fake: readonly tf.Tensor4D[],
  real: readonly tf.Tensor4D[],
  weight: number,
): tf.Scalar {
  const distances = fake.map((features, layer) =>
    absoluteDifferenceSum(features, real[layer] as tf.Tensor4D, weight / (fake.length * features.size)),
  );
  return tf.addN(distances) as tf.Scalar;
}
