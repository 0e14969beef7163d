import { type BoxedMask, objectThreshold } from '@instagan/core/data';
import type { TrackedFrame } from './instance-tracker.ts';
import type { MaskMean } from './mask-mean.ts';

/** Where the object pixels of a mask lie, and what they look like. */
export interface Region {
  readonly areaPx: number;
  /** Smallest box around them; the ends are exclusive. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly centreX: number;
  readonly centreY: number;
  /** Shares of 4 x 4 x 4 colours. */
  readonly colours: Float32Array;
}

/** Measures a mask in the smallest box around its object. */
export function regionOf({ box, pixels: mask }: BoxedMask, { width, channels, data: pixels }: TrackedFrame): Region {
  const { left, top } = box;
  const [right, bottom] = [left + box.width, top + box.height];
  const threshold = objectThreshold(mask);
  let [areaPx, sumX, sumY] = [0, 0, 0];
  const colours = new Float32Array(64);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      if ((mask[(y - top) * box.width + x - left] as number) <= threshold) continue;
      areaPx++;
      sumX += x;
      sumY += y;
      const p = (y * width + x) * channels;
      const colour =
        ((pixels[p] as number) >> 6) * 16 + ((pixels[p + 1] as number) >> 6) * 4 + ((pixels[p + 2] as number) >> 6);
      colours[colour]!++;
    }
  }
  for (let c = 0; c < 64; c++) colours[c]! /= areaPx;
  return { areaPx, left, top, right, bottom, centreX: sumX / areaPx, centreY: sumY / areaPx, colours };
}

/** How alike two sets of colours are: 0 nothing in common … 1 the same (Bhattacharyya coefficient). */
export function colourLikeness(a: Region, b: Region): number {
  let sum = 0;
  for (let c = 0; c < 64; c++) sum += Math.sqrt((a.colours[c] as number) * (b.colours[c] as number));
  return sum;
}

/** Shared area over common area of the object of a mean, moved, and that of a mask. @param meanRegion only there the mean counts */
export function overlap(
  mean: MaskMean,
  meanRegion: Region,
  moveX: number,
  moveY: number,
  mask: BoxedMask,
  region: Region,
): number {
  const { box, pixels: values } = mean;
  const left = Math.max(meanRegion.left + moveX, box.left + moveX, region.left);
  const right = Math.min(meanRegion.right + moveX, box.left + box.width + moveX, region.right);
  const top = Math.max(meanRegion.top + moveY, box.top + moveY, region.top);
  const bottom = Math.min(meanRegion.bottom + moveY, box.top + box.height + moveY, region.bottom);
  const threshold = objectThreshold(mask.pixels);
  let shared = 0;
  for (let y = top; y < bottom; y++) {
    const row = (y - moveY - box.top) * box.width - moveX - box.left;
    const maskRow = (y - mask.box.top) * mask.box.width - mask.box.left;
    for (let x = left; x < right; x++) {
      if ((mask.pixels[maskRow + x] as number) > threshold && (values[row + x] as number) > 0) shared++;
    }
  }
  return shared / (meanRegion.areaPx + region.areaPx - shared);
}
