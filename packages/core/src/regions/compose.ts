import { distanceTransform } from '../data/distance-transform.ts';
import { copyPixels, type MaskPixels, objectThreshold, type Pixels } from '../data/sample.ts';
import type { SizePx } from '../data/transform-draw.ts';
import { type Box, boxAround, boxOfMask, windowAround } from './box.ts';
import { type Layout, rangeOf, resample } from './resample.ts';

/** Marks, in a plane of a box, the pixels that a mask of the whole image has there. */
export function markMask(plane: Uint8Array, mask: MaskPixels, width: number, box: Box): void {
  const threshold = objectThreshold(mask);
  for (let y = 0; y < box.height; y++) {
    const row = (box.top + y) * width + box.left;
    for (let x = 0; x < box.width; x++) {
      if ((mask[row + x] as number) > threshold) plane[y * box.width + x] = 1;
    }
  }
}

/**
 * How much of the translation each pixel of a box takes: all where an object is, nothing from `rimPx` pixels away, and less and
 * less between.
 *
 * @param objects `[height, width]`, not 0 where an object is
 * @param rimPx 0 for a hard edge
 * @returns `[height, width]`, 0 … 1
 */
export function coverOf(objects: Uint8Array, { height, width }: Box, rimPx: number): Float32Array {
  const background = objects.map((value) => (value === 0 ? 1 : 0));
  if (!objects.some((value) => value !== 0)) return new Float32Array(objects.length);
  return distanceTransform(background, width, height).map((distance) => {
    const share = Math.max(0, 1 - distance / (rimPx + 1));
    return share * share * (3 - 2 * share);
  });
}

/**
 * Lays a translated box over an image: x + cover (x' - x). Where the cover is 0 nothing changes, not by rounding either.
 *
 * @param pixels are changed
 * @param translated `[height, width, 3]`, values in [-1, 1]
 */
export function layOver(
  pixels: Pixels,
  { width, channels }: Layout,
  box: Box,
  translated: Float32Array,
  cover: Float32Array,
): void {
  const { low, half } = rangeOf(pixels);
  const isWhole = !(pixels instanceof Float32Array);
  for (let y = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++) {
      const from = y * box.width + x;
      const share = cover[from] as number;
      if (share === 0) continue;
      const to = ((box.top + y) * width + box.left + x) * channels;
      for (let c = 0; c < 3; c++) {
        const before = pixels[to + c] as number;
        const after = before + share * (((translated[3 * from + c] as number) + 1) * half + low - before);
        pixels[to + c] = isWhole ? Math.round(after) : after;
      }
    }
  }
}

/**
 * The cover of a box that is taken whole: it fades out over `rimPx` pixels towards those of its sides that lie within the image.
 *
 * @returns `[height, width]`, 0 … 1
 */
export function edgeCoverOf(box: Box, image: SizePx, rimPx: number): Float32Array {
  const along = (start: number, length: number, whole: number) =>
    Float32Array.from({ length }, (_, i) => {
      const before = start === 0 ? Number.POSITIVE_INFINITY : i + 1;
      const after = start + length === whole ? Number.POSITIVE_INFINITY : length - i;
      return Math.min(1, before / (rimPx + 1), after / (rimPx + 1));
    });
  const columns = along(box.left, box.width, image.width);
  const rows = along(box.top, box.height, image.height);
  return Float32Array.from({ length: box.width * box.height }, (_, i) =>
    Math.min(columns[i % box.width] as number, rows[Math.floor(i / box.width)] as number),
  );
}

/**
 * An image that was translated whole, on the background of what went in.
 *
 * @param before `[height, width, 3]`
 * @param masks of all instances that changed, before and after
 * @param rimPx see {@link coverOf} @default 2
 * @returns a new image in the type of `before`
 */
export function keepBackground<P extends Pixels>(
  before: P,
  { width, height, image }: SizePx & { readonly image: Float32Array },
  masks: readonly MaskPixels[],
  rimPx = 2,
): P {
  const result = copyPixels(before);
  const boxes = masks.flatMap((mask) => boxOfMask(mask, { width, height }) ?? []);
  if (boxes.length === 0) return result;
  const objects = boxes.reduce(boxAround);
  const grown = { width: objects.width + 2 * rimPx, height: objects.height + 2 * rimPx };
  const box = windowAround(objects, grown, { width, height });
  const plane = new Uint8Array(box.width * box.height);
  for (const mask of masks) markMask(plane, mask, width, box);
  const part = resample(image, { width, channels: 3 }, box, box, 3, 'linear');
  layOver(result, { width, channels: 3 }, box, part, coverOf(plane, box, rimPx));
  return result;
}
