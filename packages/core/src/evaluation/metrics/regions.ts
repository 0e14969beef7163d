import { distanceTransform } from '../../data/distance-transform.ts';
import type { SizePx } from '../../data/transform-draw.ts';

/** The rim reaches this far from the objects, as a share of the image's shorter side. */
const RIM_SHARE = 0.04;
const MIN_RIM_PX = 2;

/** The parts of an image that should not change, each `[height, width]`, 1 in it and 0 outside. */
export interface Regions {
  /** All that is no object. */
  readonly outside: Uint8Array;
  /** What lies close around the objects. */
  readonly rim: Uint8Array;
  /** What is neither object nor rim. */
  readonly background: Uint8Array;
}

/**
 * Parts an image by its objects: pixels within {@link RIM_SHARE} of the shorter side, and at least {@link MIN_RIM_PX} pixels, are the
 * rim.
 *
 * @param objects 1 where an object is, `[height, width]`
 */
export function regionsAround(objects: Uint8Array, { width, height }: SizePx): Regions {
  const rimPx = Math.max(MIN_RIM_PX, Math.round(RIM_SHARE * Math.min(width, height)));
  const outside = objects.map((value) => (value === 0 ? 1 : 0));
  const distances = distanceTransform(outside, width, height);
  const rim = outside.map((value, i) => (value === 1 && (distances[i] as number) <= rimPx ? 1 : 0));
  return { outside, rim, background: outside.map((value, i) => value - (rim[i] as number)) };
}
