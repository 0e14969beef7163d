import { type Box, boxOfPlane, longSide } from '../../data/box.ts';
import type { SizePx } from '../../data/transform-draw.ts';
import { type ObjectPieces, piecesIn } from '../metrics/object-pieces.ts';

/** Side of what the classifier sees, in pixels. */
export const CROP_PX = 48;
/** Side of what is cut out, over the longer side of the object's box: some of the surroundings are seen. */
const CONTEXT = 1.25;
/** Places at which a pixel is sampled along each side, at most, where the picture shrinks. */
const MAX_SAMPLES = 4;

/** What is cut out of an image: centre and side, in pixels. */
export interface Square {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** A square with an object, cut out and scaled. */
export interface ObjectCrop {
  readonly sidePx: number;
  /** RGB, `[sidePx, sidePx, 3]`, values in [-1, 1]. */
  readonly image: Float32Array;
  /** `[sidePx, sidePx]`, object > 0. */
  readonly mask: Float32Array;
}

/**
 * The square around an object, around the largest of its pieces: shreds of a bad mask lie anywhere.
 *
 * @param mask `[height, width]`, object > 0
 * @returns null for a mask without an object
 */
export function squareAround(mask: Float32Array, size: SizePx): Square | null {
  const pieces = piecesIn(mask, size);
  if (pieces === null) return null;
  const { left, top, width, height } = boxOfLargest(pieces);
  return { x: left + width / 2, y: top + height / 2, side: CONTEXT * longSide({ width, height }) };
}

/** The box around the largest piece of an object, the first of several that are as large. */
function boxOfLargest({ box, labels, areasPx }: ObjectPieces): Box {
  let largest = 1;
  for (let label = 2; label < areasPx.length; label++) {
    if ((areasPx[label] as number) > (areasPx[largest] as number)) largest = label;
  }
  const plane = new Uint8Array(labels.length);
  for (let i = 0; i < plane.length; i++) plane[i] = labels[i] === largest ? 1 : 0;
  const { left, top, width, height } = boxOfPlane(plane, box) as Box;
  return { left: box.left + left, top: box.top + top, width, height };
}

/**
 * Cuts a square out and scales it, bilinearly, and averaged over what falls into a pixel. Beyond the image its edge repeats, and there is no
 * object.
 *
 * @param image RGB, `[height, width, 3]`
 * @param mask `[height, width]`, object > 0
 * @param sidePx side of the result
 */
export function cropSquare(
  { image, mask, width, height }: SizePx & { readonly image: Float32Array; readonly mask: Float32Array },
  square: Square,
  sidePx: number,
): ObjectCrop {
  const pixels = sidePx * sidePx;
  const [cropped, croppedMask] = [new Float32Array(3 * pixels), new Float32Array(pixels)];
  const step = square.side / sidePx;
  const samples = Math.min(MAX_SAMPLES, Math.max(1, Math.ceil(step)));
  const weight = 1 / samples ** 2;
  const placesIn = (centre: number, limit: number) =>
    Array.from({ length: sidePx * samples }, (_, i) =>
      between(centre - square.side / 2 + ((i + 0.5) * step) / samples, limit),
    );
  const [columns, rows] = [placesIn(square.x, width), placesIn(square.y, height)];
  for (const [i, row] of rows.entries()) {
    const first = Math.floor(i / samples) * sidePx;
    for (let j = 0; j < columns.length; j++) {
      const column = columns[j] as Place;
      const to = first + Math.floor(j / samples);
      const [a, b] = [row.low * width + column.low, row.low * width + column.high];
      const [c, d] = [row.high * width + column.low, row.high * width + column.high];
      const [upper, lower] = [weight * (1 - row.share), weight * row.share];
      const [wa, wb] = [upper * (1 - column.share), upper * column.share];
      const [wc, wd] = [lower * (1 - column.share), lower * column.share];
      for (let channel = 0; channel < 3; channel++) {
        cropped[3 * to + channel]! +=
          wa * (image[3 * a + channel] as number) +
          wb * (image[3 * b + channel] as number) +
          wc * (image[3 * c + channel] as number) +
          wd * (image[3 * d + channel] as number);
      }
      croppedMask[to]! +=
        row.isInside && column.isInside
          ? wa * (mask[a] as number) + wb * (mask[b] as number) + wc * (mask[c] as number) + wd * (mask[d] as number)
          : -weight;
    }
  }
  return { sidePx, image: cropped, mask: croppedMask };
}

/** The object alone: grey where its mask has none. @returns like `image` */
export function maskedView({ image, mask }: Pick<ObjectCrop, 'image' | 'mask'>): Float32Array {
  const view = new Float32Array(image.length);
  for (let i = 0; i < mask.length; i++) {
    if ((mask[i] as number) > 0) view.set(image.subarray(3 * i, 3 * i + 3), 3 * i);
  }
  return view;
}

/** The two pixels whose centres enclose a place, the share of the second, and whether the place is in the image at all. */
interface Place {
  readonly low: number;
  readonly high: number;
  readonly share: number;
  readonly isInside: boolean;
}

function between(place: number, limit: number): Place {
  const inside = Math.min(limit - 1, Math.max(0, place - 0.5));
  const low = Math.floor(inside);
  return { low, high: Math.min(limit - 1, low + 1), share: inside - low, isInside: place >= 0 && place <= limit };
}
