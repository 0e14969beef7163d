import * as tf from '@tensorflow/tfjs';
import type { InstanceSet } from '../../networks/instance-set.ts';
import type { ParameterSpec, Parameters } from '../../networks/parameters.ts';
import { objectCrops } from '../../ops/object-crops.ts';
import { presentDifference } from '../../ops/present-difference.ts';
import { takeRows } from '../../ops/rows.ts';
import { setSpread } from '../../ops/set-sum.ts';
import { classifier, classifierSpecs, featureSpecs, patchFeatures } from './set-discriminator.ts';

/** Of image and mask. */
const CHANNELS = 4;
/** Scores of 2x2 patches are left of it. */
const MIN_SIDE_PX = 32;

/** What an object discriminator says of the objects of a batch. */
export interface ObjectScores {
  /** Patch scores `[objects, side / 8 - 2, side / 8 - 2, 1]`, 1 for real and 0 for fake. */
  readonly scores: tf.Tensor4D;
  /** `[objects, 1, 1, 1]`: 1, or 0 for an object whose mask is empty. */
  readonly present: tf.Tensor4D;
}

export function objectDiscriminatorSpecs(ndf: number): ParameterSpec[] {
  return [...featureSpecs('features', CHANNELS, { ndf }), ...classifierSpecs(1, { ndf })];
}

/** Side of a crop: half of the shorter side of the image, a multiple of 4, at least 32 pixels. */
export function cropSidePx(height: number, width: number): number {
  return Math.max(MIN_SIDE_PX, 4 * Math.floor(Math.min(height, width) / 8));
}

/**
 * The object discriminator D_obj, which "ensures that each object in the image appears realistic" (Johnson, Gupta and Fei-Fei 2018,
 * section 3.2); not in the paper. It sees each object alone, image and own mask, cut out and scaled to a square by `objectCrops`: small
 * objects in their details, where the set discriminator sees most of all background. A translated object is framed by its translated mask,
 * as a real one is by its own: framed otherwise, it would be known by that.
 *
 * @param parameters with the convolutions' weights already spectrally normalised
 */
export function objectDiscriminator(parameters: Parameters, { image, masks, counts }: InstanceSet): ObjectScores {
  const [, height, width] = image.shape;
  const pixels = tf.concat([setSpread(image, counts), masks], 3);
  const { crops, present } = objectCrops(pixels, masks, cropSidePx(height, width));
  const features = patchFeatures(parameters, 'features', crops);
  const { scores } = classifier(parameters, features.at(-1) as tf.Tensor4D, features.slice(0, -1));
  return { scores, present };
}

/**
 * Least-squares GAN loss of the objects that are there: `weight` times the mean over these of the mean of (score - target)^2. An empty
 * mask has no part in it, by a factor 0, so that it is the same computation whichever masks are empty.
 *
 * @param target 1 for real, 0 for fake
 */
export function objectAdversarialLoss({ scores, present }: ObjectScores, target: 0 | 1, weight = 1): tf.Scalar {
  const [, height, width] = scores.shape;
  return presentDifference(scores, present, target, weight / (height * width));
}

/** What an object discriminator minimises: as the other discriminators, equation 3 halved. */
export function objectDiscriminatorLoss(parameters: Parameters, both: InstanceSet, realSamples: number): tf.Scalar {
  const real = both.counts.slice(0, realSamples).reduce((sum, count) => sum + count, 0);
  const { scores, present } = objectDiscriminator(parameters, both);
  const part = (first: number, count: number): ObjectScores => ({
    scores: takeRows(scores, first, count),
    present: takeRows(present, first, count),
  });
  const fake = scores.shape[0] - real;
  return tf.add(objectAdversarialLoss(part(0, real), 1, 0.5), objectAdversarialLoss(part(real, fake), 0, 0.5));
}
