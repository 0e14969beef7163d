import type { SplitMask } from '../instances/split-mask.ts';
import { averagePrecision, type InstancePair } from './average-precision.ts';

/** How good predicted masks are; all are 0 … 1, a higher one is better, NaN where there is nothing to score. */
export interface SegmentationScores {
  /** Intersection over union of the unions of all masks, mean over images. */
  readonly iou: number;
  /** Of the pixels predicted to be object, the share that is, over all images. */
  readonly precision: number;
  /** Of the object pixels, the share that is found, over all images. */
  readonly recall: number;
  /** Average precision of the instances at an intersection over union of 0.5. */
  readonly ap50: number;
  /** The same over the images in which objects touch or overlap. */
  readonly ap50Touching: number;
}

export interface ScoredImage {
  readonly predicted: SplitMask;
  /** One mask per true instance, of the size of `predicted`, object where not 0. */
  readonly truth: readonly Uint8Array[];
}

export function scoreSegmentation(images: readonly ScoredImage[]): SegmentationScores {
  let [hits, predictedPx, truePx, ious] = [0, 0, 0, 0];
  for (const image of images) {
    const { both, predicted, truth } = overlapOf(image);
    hits += both;
    predictedPx += predicted;
    truePx += truth;
    ious += unionIou(image);
  }
  const pairs = images.map(instancePair);
  const touching = pairs.filter((_, i) => {
    const { predicted, truth } = images[i] as ScoredImage;
    return haveContact(truth, predicted.width);
  });
  return {
    iou: ious / images.length,
    precision: hits / predictedPx,
    recall: hits / truePx,
    ap50: averagePrecision(pairs),
    ap50Touching: averagePrecision(touching),
  };
}

/** An image as `averagePrecision` takes it. */
export function instancePair({ predicted, truth }: ScoredImage): InstancePair {
  const confidences = predicted.instances.map(({ confidence }) => confidence);
  return { predicted: { labels: predicted.labels, confidences }, truth };
}

/** Intersection over union of the unions of all masks of an image; 1 if there are none. */
export function unionIou(image: ScoredImage): number {
  const { both, predicted, truth } = overlapOf(image);
  return predicted + truth === 0 ? 1 : both / (predicted + truth - both);
}

/** Pixels that are object in the prediction, in the truth, and in both. */
function overlapOf({ predicted, truth }: ScoredImage): { both: number; predicted: number; truth: number } {
  let [both, own, real] = [0, 0, 0];
  for (let i = 0; i < predicted.labels.length; i++) {
    const isPredicted = predicted.labels[i] !== 0;
    const isTrue = truth.some((mask) => mask[i] !== 0);
    if (isPredicted) own++;
    if (isTrue) real++;
    if (isPredicted && isTrue) both++;
  }
  return { both, predicted: own, truth: real };
}

/** Whether two of the masks share a pixel or have pixels beside each other. */
export function haveContact(masks: readonly Uint8Array[], width: number): boolean {
  const owner = new Int32Array(masks[0]?.length ?? 0);
  for (const [i, mask] of masks.entries()) {
    for (let pixel = 0; pixel < mask.length; pixel++) {
      if (mask[pixel] === 0) continue;
      if (owner[pixel] !== 0) return true;
      owner[pixel] = i + 1;
    }
  }
  for (let pixel = 0; pixel < owner.length; pixel++) {
    const own = owner[pixel];
    if (own === 0) continue;
    const right = (pixel + 1) % width === 0 ? 0 : owner[pixel + 1];
    const below = owner[pixel + width] ?? 0;
    if ((right !== 0 && right !== own) || (below !== 0 && below !== own)) return true;
  }
  return false;
}
