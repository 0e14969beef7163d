import { type Box, longSide, windowAround } from '../data/box.ts';
import type { SizePx } from '../data/transform-draw.ts';
import type { Rng } from '../random/rng.ts';

/** A part of an image to train on. */
export interface DrawnRegion {
  readonly box: Box;
  /** Index of the object in its middle. */
  readonly object: number;
  /** Whether it is mirrored left to right. */
  readonly flip: boolean;
}

export interface DrawRegionOptions {
  /** What the networks see. */
  readonly size: SizePx;
  /** Of the image. */
  readonly image: SizePx;
  /** False: each region is the same distance around the largest object. */
  readonly augment: boolean;
  readonly rng: Rng;
}

/** How many times as large a region is as its object; one of these without augmentation. */
const ROOM = { min: 1.7, max: 2.5, fixed: 2 };
/** The object is this share of the room beside it away from the middle, at most. */
const MAX_SHIFT = 0.2;
/** Objects are drawn that are not magnified more, as long as there are any. */
const MAX_MAGNIFICATION = 4;

/**
 * Draws a region around one of the objects of an image, each as likely as the others.
 *
 * @param boxes of the objects; null for one without a pixel
 * @returns null if there is no object
 */
export function drawRegion(
  boxes: readonly (Box | null)[],
  { size, image, augment, rng }: DrawRegionOptions,
): DrawnRegion | null {
  const present = boxes.flatMap((box, object) => (box === null ? [] : [{ box, object }]));
  const bySize = present.toSorted((a, b) => longSide(b.box) - longSide(a.box));
  const [largest] = bySize;
  if (largest === undefined) return null;
  const factorOf = ({ width, height }: Box) => Math.max(width / size.width, height / size.height);
  const clear = present.filter(({ box }) => ROOM.max * factorOf(box) * MAX_MAGNIFICATION >= 1);
  const candidates = clear.length > 0 ? clear : [largest];
  const { box, object } = augment ? (candidates[rng.integer(candidates.length)] as typeof largest) : largest;
  const room = augment ? ROOM.min + (ROOM.max - ROOM.min) * rng.uniform() : ROOM.fixed;
  const factor = room * factorOf(box);
  const window = { width: factor * size.width, height: factor * size.height };
  const shift = (free: number) => (augment ? Math.round(MAX_SHIFT * (2 * rng.uniform() - 1) * free) : 0);
  const shifted = {
    ...box,
    left: box.left + shift(window.width - box.width),
    top: box.top + shift(window.height - box.height),
  };
  return { box: windowAround(shifted, window, image), object, flip: augment && rng.uniform() < 0.5 };
}
