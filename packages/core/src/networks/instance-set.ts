import type * as tf from '@tensorflow/tfjs';

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

/** First row in `masks` of each sample. */
export function firstRows(counts: readonly number[]): number[] {
  const first: number[] = [];
  let total = 0;
  for (const count of counts) {
    first.push(total);
    total += count;
  }
  return first;
}
