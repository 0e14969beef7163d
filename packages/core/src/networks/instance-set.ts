import type * as tf from '@tensorflow/tfjs';
import { concatRows, splitRows, takeRows } from '../ops/rows.ts';

/**
 * A batch of images with their instances, on the device.
 *
 * The masks of all samples lie behind each other in one tensor, sample 0 first, and `counts` says how many belong to
 * each: no empty slots, so nothing is computed for instances that are not there, and samples of one batch may hold
 * different numbers of instances. The counts live on the host; no mask is read back to take a decision.
 */
export interface InstanceSet {
  /** `[batch, height, width, 3]`, values in [-1, 1]. */
  readonly image: tf.Tensor4D;
  /** `[sum of counts, height, width, 1]`, -1 background and 1 object. */
  readonly masks: tf.Tensor4D;
  /** Instances of each sample, at least 1. */
  readonly counts: readonly number[];
}

/** One sample of a set: an image `[1, height, width, 3]` and its masks `[instances, height, width, 1]`. */
export interface DeviceSample {
  readonly image: tf.Tensor4D;
  readonly masks: tf.Tensor4D;
}

/** Joins samples of one size into a batch. */
export function joinSamples(samples: readonly DeviceSample[]): InstanceSet {
  return {
    image: concatRows(samples.map(({ image }) => image)),
    masks: concatRows(samples.map(({ masks }) => masks)),
    counts: samples.map(({ masks }) => masks.shape[0]),
  };
}

/** Joins batches of one size into a larger one. */
export function joinSets(sets: readonly InstanceSet[]): InstanceSet {
  return {
    image: concatRows(sets.map(({ image }) => image)),
    masks: concatRows(sets.map(({ masks }) => masks)),
    counts: sets.flatMap(({ counts }) => counts),
  };
}

/** Cuts a batch into smaller ones, which hold as many samples as `parts` do. */
export function splitSet({ image, masks }: InstanceSet, parts: readonly Pick<InstanceSet, 'counts'>[]): InstanceSet[] {
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const images = splitRows(
    image,
    parts.map(({ counts }) => counts.length),
  );
  const ownMasks = splitRows(
    masks,
    parts.map(({ counts }) => total(counts)),
  );
  return parts.map(({ counts }, i) => ({
    image: images[i] as tf.Tensor4D,
    masks: ownMasks[i] as tf.Tensor4D,
    counts,
  }));
}

/** The samples of a batch. */
export function splitSamples({ image, masks, counts }: InstanceSet): DeviceSample[] {
  let first = 0;
  return counts.map((count, sample) => {
    const own = { image: takeRows(image, sample, 1), masks: takeRows(masks, first, count) };
    first += count;
    return own;
  });
}
