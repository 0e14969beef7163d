import { type Box, boxAround, boxOfMask, boxOfPlane, sharedBox, windowAround } from '../data/box.ts';
import { boxedMask } from '../data/boxed-mask.ts';
import { distanceTransform } from '../data/distance-transform.ts';
import { type BoxedMask, copyPixels, type MaskPixels, objectThreshold, type Pixels } from '../data/sample.ts';
import type { SizePx } from '../data/transform-draw.ts';
import { fillHoles } from './fill-holes.ts';
import { type Layout, rangeOf, resample } from './resample.ts';

/** Marks, in a plane of a box, the pixels that a mask has there. */
export function markMask(plane: Uint8Array, { box: own, pixels }: BoxedMask, box: Box): void {
  const threshold = objectThreshold(pixels);
  const { left, top, width, height } = sharedBox(own, box);
  for (let y = top; y < top + height; y++) {
    let from = (y - own.top) * own.width + left - own.left;
    let to = (y - box.top) * box.width + left - box.left;
    for (const end = to + width; to < end; from++, to++) {
      if ((pixels[from] as number) > threshold) plane[to] = 1;
    }
  }
}

/** How much of a translation each pixel of a part of an image takes; beyond it they take nothing. */
export interface Cover {
  /** Where it lies in the image. */
  readonly part: Box;
  /** `[height, width]`, 0 … 1 */
  readonly shares: Float32Array;
}

/**
 * The cover of objects: all where one is, nothing from `rimPx` pixels away, and less and less between.
 *
 * @param objects `[height, width]` of the box, not 0 where an object is
 * @param rimPx 0 for a hard edge
 * @returns of the smallest part that holds them; null if there is none
 */
export function coverOf(objects: Uint8Array, box: Box, rimPx: number): Cover | null {
  const inner = boxOfPlane(objects, box);
  if (inner === null) return null;
  const reach = Math.ceil(rimPx);
  const [left, top] = [Math.max(0, inner.left - reach), Math.max(0, inner.top - reach)];
  const width = Math.min(box.width, inner.left + inner.width + reach) - left;
  const height = Math.min(box.height, inner.top + inner.height + reach) - top;
  const background = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = (top + y) * box.width + left;
    for (let x = 0; x < width; x++) background[y * width + x] = objects[row + x] === 0 ? 1 : 0;
  }
  const shares = distanceTransform(background, width, height, rimPx + 1);
  for (let i = 0; i < shares.length; i++) {
    const share = Math.max(0, 1 - (shares[i] as number) / (rimPx + 1));
    shares[i] = share * share * (3 - 2 * share);
  }
  return { part: { left: box.left + left, top: box.top + top, width, height }, shares };
}

/**
 * The cover of a box that is taken whole: it fades out over `rimPx` pixels towards those of its sides that lie within the image.
 */
export function edgeCoverOf(box: Box, image: SizePx, rimPx: number): Cover {
  const along = (start: number, length: number, whole: number) =>
    Float32Array.from({ length }, (_, i) => {
      const before = start === 0 ? Number.POSITIVE_INFINITY : i + 1;
      const after = start + length === whole ? Number.POSITIVE_INFINITY : length - i;
      return Math.min(1, before / (rimPx + 1), after / (rimPx + 1));
    });
  const columns = along(box.left, box.width, image.width);
  const rows = along(box.top, box.height, image.height);
  const shares = new Float32Array(box.width * box.height);
  for (let y = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++) {
      shares[y * box.width + x] = Math.min(columns[x] as number, rows[y] as number);
    }
  }
  return { part: box, shares };
}

/**
 * Lays a translation over an image: x + cover (x' - x). Where the cover is 0 nothing changes, not by rounding either.
 *
 * @param pixels are changed
 * @param translated of the covered part, `[height, width, 3]`, values in [-1, 1]
 */
export function layOver(pixels: Pixels, { width, channels }: Layout, cover: Cover, translated: Float32Array): void {
  const { part, shares } = cover;
  const { low, half } = rangeOf(pixels);
  const isWhole = !(pixels instanceof Float32Array);
  for (let y = 0; y < part.height; y++) {
    for (let x = 0; x < part.width; x++) {
      const from = y * part.width + x;
      const share = shares[from] as number;
      if (share === 0) continue;
      const to = ((part.top + y) * width + part.left + x) * channels;
      for (let c = 0; c < 3; c++) {
        const before = pixels[to + c] as number;
        const after = before + share * (((translated[3 * from + c] as number) + 1) * half + low - before);
        pixels[to + c] = isWhole ? Math.round(after) : after;
      }
    }
  }
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

/** Just enough for an edge without steps. */
const SHARP_RIM_PX = 1;

/** How objects are laid on the background that they came from. */
export interface LayingOptions {
  /** What appears where an object no longer is: what the model made, or a smooth continuation of what lies around. */
  readonly background: 'keep' | 'fill';
  /** See {@link coverOf}; on a fill, objects have a sharp edge. */
  readonly rimPx: number;
}

/**
 * Lays the objects of a translated box over an image.
 *
 * @param pixels are changed
 * @param translated makes a part of the translation, `[height, width, 3]`, values in [-1, 1]
 */
export function layObjects(
  pixels: Pixels,
  layout: Layout,
  box: Box,
  translated: (part: Box) => Float32Array,
  { before, after, others }: ObjectPlanes,
  { background, rimPx }: LayingOptions,
): void {
  if (background === 'fill') {
    const hole = coverOf(before, box, rimPx);
    if (hole !== null) layOver(pixels, layout, hole, surroundingsIn(pixels, layout, box, hole, others));
  }
  // Nothing of the translation but its objects is seen on a fill: they are cut out sharply.
  const cover =
    background === 'fill' ? coverOf(after, box, SHARP_RIM_PX) : coverOf(eitherOf(before, after), box, rimPx);
  if (cover !== null) layOver(pixels, layout, cover, translated(cover.part));
}

/** What lies around a hole in a box, continued into it: `[height, width, 3]` of the hole's part. @param others are not continued either */
function surroundingsIn(
  pixels: Pixels,
  layout: Layout,
  box: Box,
  { part, shares }: Cover,
  others: Uint8Array,
): Float32Array {
  const isHole = others.slice();
  for (let y = 0; y < part.height; y++) {
    const row = (part.top - box.top + y) * box.width + part.left - box.left;
    for (let x = 0; x < part.width; x++) if ((shares[y * part.width + x] as number) > 0) isHole[row + x] = 1;
  }
  const filled = fillHoles(resample(pixels, layout, box, box, 3, 'linear'), isHole, box);
  return cropped(filled, box, part);
}

/** A part of a box `[height, width, 3]`. */
function cropped(values: Float32Array, box: Box, part: Box): Float32Array {
  const result = new Float32Array(part.width * part.height * 3);
  for (let y = 0; y < part.height; y++) {
    const from = ((part.top - box.top + y) * box.width + part.left - box.left) * 3;
    result.set(values.subarray(from, from + part.width * 3), y * part.width * 3);
  }
  return result;
}

function eitherOf(a: Uint8Array, b: Uint8Array): Uint8Array {
  const either = new Uint8Array(a.length);
  for (let i = 0; i < either.length; i++) either[i] = (a[i] as number) | (b[i] as number);
  return either;
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
    for (const mask of of) markMask(plane, boxedMask(mask, { width, height }), box);
    return plane;
  };
  const planes = { before: planeOf(masks.before), after: planeOf(masks.after), others: planeOf(masks.others) };
  const layout = { width, channels: 3 };
  const translated = (part: Box) => resample(image, layout, part, part, 3, 'linear');
  layObjects(result, layout, box, translated, planes, options);
  return result;
}
