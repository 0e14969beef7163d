import { UsageError } from '../errors.ts';
import type { Rng } from '../random/rng.ts';
import { type MaskPixels, objectThreshold } from './sample.ts';

/** `area`: largest first (the paper's choice). `random`: shuffled. */
export type InstanceOrder = 'area' | 'random';

export interface SelectInstancesOptions {
  /** At most this many are kept; at least 1. */
  readonly maxInstances: number;
  /** @default 'area' */
  readonly order?: InstanceOrder;
  /** Needed for the order `random`; its state moves on. */
  readonly rng?: Rng;
}

/**
 * Which instances of an image take part, and in which order: those without a single object pixel are dropped, the rest
 * ordered, the first `maxInstances` kept. Equal areas keep the order in which they came.
 *
 * @param masks each `[height, width]`
 * @returns indices into `masks`
 * @throws UsageError if `maxInstances` is not a whole number of at least 1, or `random` comes without `rng`
 */
export function selectInstances(masks: readonly MaskPixels[], options: SelectInstancesOptions): readonly number[] {
  const { maxInstances, order = 'area', rng } = options;
  if (!Number.isSafeInteger(maxInstances) || maxInstances < 1) {
    throw new UsageError(`maxInstances must be a whole number of at least 1, got ${maxInstances}.`);
  }
  const areas = masks.map(areaPx);
  const present = areas.flatMap((area, i) => (area > 0 ? [i] : []));
  if (order === 'area') {
    present.sort((i, j) => (areas[j] as number) - (areas[i] as number) || i - j);
    return present.slice(0, maxInstances);
  }
  if (rng === undefined) throw new UsageError('The instance order "random" needs a random number generator.');
  return rng
    .permutation(present.length)
    .slice(0, maxInstances)
    .map((i) => present[i] as number);
}

function areaPx(mask: MaskPixels): number {
  const threshold = objectThreshold(mask);
  let area = 0;
  for (let i = 0; i < mask.length; i++) if ((mask[i] as number) > threshold) area++;
  return area;
}
