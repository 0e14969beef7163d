import { boxOfPlane } from '../../data/box.ts';
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
export function regionsAround(objects: Uint8Array, size: SizePx): Regions {
  const rimPx = Math.max(MIN_RIM_PX, Math.round(RIM_SHARE * Math.min(size.width, size.height)));
  const outside = new Uint8Array(objects.length);
  for (let i = 0; i < outside.length; i++) outside[i] = objects[i] === 0 ? 1 : 0;
  const rim = new Uint8Array(objects.length);
  const background = outside.slice();
  const inner = boxOfPlane(objects, size);
  if (inner === null) return { outside, rim, background };
  const grown = { width: inner.width + 2 * rimPx, height: inner.height + 2 * rimPx };
  const [left, top] = [Math.max(0, inner.left - rimPx), Math.max(0, inner.top - rimPx)];
  const width = Math.min(size.width, inner.left - rimPx + grown.width) - left;
  const height = Math.min(size.height, inner.top - rimPx + grown.height) - top;
  const near = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = (top + y) * size.width + left;
    near.set(outside.subarray(row, row + width), y * width);
  }
  const distances = distanceTransform(near, width, height, rimPx + 1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = (top + y) * size.width + left + x;
      if (outside[i] === 0 || (distances[y * width + x] as number) > rimPx) continue;
      rim[i] = 1;
      background[i] = 0;
    }
  }
  return { outside, rim, background };
}
