import { bootstrap, bootstrapMean, type Estimate } from '@instagan/core/evaluation';
import { averagePrecision, type InstancePair } from './average-precision.ts';
import { instancePair, type ScoredImage, unionIou } from './score-segmentation.ts';

/** Whether a picture shows what its masks say: what a segmenter finds in it, compared with them. All from 0 to 1. */
export interface AgreementScores {
  /** Intersection over union of the unions, mean over images. */
  readonly iou: Estimate;
  /** Average precision of what is found, with the masks as the truth. */
  readonly ap50: Estimate;
  /** Images in which as many objects are found as there are masks. */
  readonly count: Estimate;
}

/** Draws of a bootstrap that sorts all instances each time. */
const RESAMPLES = 200;

/**
 * Scores how well pictures agree with masks, with intervals over the images.
 *
 * @param images what the segmenter finds in each, and its masks as the truth
 * @param seed decides the bootstrap's draws
 */
export function scoreAgreement(images: readonly ScoredImage[], seed: number): AgreementScores {
  const pairs = images.map(instancePair);
  const precision = (indices: readonly number[]) =>
    averagePrecision(indices.map((index) => pairs[index] as InstancePair));
  return {
    iou: bootstrapMean(images.map(unionIou), seed),
    ap50: bootstrap(images.length, precision, seed, RESAMPLES),
    count: bootstrapMean(
      images.map(({ predicted, truth }) => Number(predicted.instances.length === truth.length)),
      seed,
    ),
  };
}
