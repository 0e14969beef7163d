import { distanceTransform } from '../data/distance-transform.ts';
import { copyPixels, type MaskPixels, objectThreshold, type Pixels } from '../data/sample.ts';
import type { SizePx } from '../data/transform-draw.ts';
import { type Box, boxAround, boxOfMask, windowAround } from './box.ts';
import { fillHoles } from './fill-holes.ts';
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

/** Where objects are in a box: `[height, width]`, not 0 in one. */
export interface ObjectPlanes {
  /** Those that change, before they do. */
  readonly before: Uint8Array;
  /** The same ones, after. */
  readonly after: Uint8Array;
  /** Those that stay. */
  readonly others: Uint8Array;
}

/** How objects are laid on the background that they came from. */
export interface LayingOptions {
  /** What appears where an object no longer is: what the model made, or a smooth continuation of what lies around. */
  readonly background: 'keep' | 'fill';
  /** See {@link coverOf}. */
  readonly rimPx: number;
}

/**
 * Lays the objects of a translated box over an image.
 *
 * @param pixels are changed
 * @param translated `[height, width, 3]`, values in [-1, 1]
 */
export function layObjects(
  pixels: Pixels,
  layout: Layout,
  box: Box,
  translated: Float32Array,
  { before, after, others }: ObjectPlanes,
  { background, rimPx }: LayingOptions,
): void {
  if (background === 'keep') {
    const either = before.map((value, i) => value | (after[i] as number));
    layOver(pixels, layout, box, translated, coverOf(either, box, rimPx));
    return;
  }
  const cover = coverOf(before, box, rimPx);
  const isHole = Uint8Array.from(cover, (share, i) => (share > 0 || others[i] !== 0 ? 1 : 0));
  const surroundings = resample(pixels, layout, box, box, 3, 'linear');
  layOver(pixels, layout, box, fillHoles(surroundings, isHole, box), cover);
  layOver(pixels, layout, box, translated, coverOf(after, box, rimPx));
}

/**
 * An image that was translated whole, on the background of what went in.
 *
 * @param input `[height, width, 3]`
 * @param masks of all instances
 * @returns a new image in the type of `input`
 */
export function layOnBackground<P extends Pixels>(
  input: P,
  { width, height, image }: SizePx & { readonly image: Float32Array },
  masks: Readonly<Record<keyof ObjectPlanes, readonly MaskPixels[]>>,
  options: LayingOptions,
): P {
  const result = copyPixels(input);
  const changing = [...masks.before, ...masks.after].flatMap((mask) => boxOfMask(mask, { width, height }) ?? []);
  if (changing.length === 0) return result;
  const objects = changing.reduce(boxAround);
  // Fills need something to go on from.
  const margin = options.background === 'fill' ? Math.max(objects.width, objects.height) : 2 * options.rimPx;
  const grown = { width: objects.width + margin, height: objects.height + margin };
  const box = windowAround(objects, grown, { width, height });
  const planeOf = (of: readonly MaskPixels[]) => {
    const plane = new Uint8Array(box.width * box.height);
    for (const mask of of) markMask(plane, mask, width, box);
    return plane;
  };
  const planes = { before: planeOf(masks.before), after: planeOf(masks.after), others: planeOf(masks.others) };
  const part = resample(image, { width, channels: 3 }, box, box, 3, 'linear');
  layObjects(result, { width, channels: 3 }, box, part, planes, options);
  return result;
}
