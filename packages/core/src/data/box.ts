import { type MaskPixels, objectThreshold } from './sample.ts';
import type { SizePx } from './transform-draw.ts';

/** A rectangle of pixels; all sides whole numbers. */
export interface Box extends SizePx {
  readonly left: number;
  readonly top: number;
}

/** The smallest box around the object of a mask `[height, width]`; null if it has none. */
export function boxOfMask(mask: MaskPixels, size: SizePx): Box | null {
  return boxAbove(mask, objectThreshold(mask), size);
}

/** The smallest box around what is not 0 in a plane `[height, width]`; null if nothing is. */
export function boxOfPlane(plane: Uint8Array, size: SizePx): Box | null {
  return boxAbove(plane, 0, size);
}

function boxAbove(values: MaskPixels, threshold: number, { height, width }: SizePx): Box | null {
  const [from, until] = reach(values, threshold);
  if (from === until) return null;
  const [top, bottom] = [Math.floor(from / width), Math.floor((until - 1) / width)];
  let [left, right] = [width, -1];
  for (let y = top; y <= bottom && y < height; y++) {
    const row = y * width;
    // Only what would widen the box is looked at.
    for (let x = 0; x < left; x++) if ((values[row + x] as number) > threshold) left = x;
    for (let x = width - 1; x > right; x--) if ((values[row + x] as number) > threshold) right = x;
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** From the first number above a threshold until after the last one; twice the same if there is none. */
function reach(values: MaskPixels, threshold: number): readonly [number, number] {
  let [from, until] = [0, values.length];
  if (values instanceof Uint8Array && values.byteOffset % 4 === 0) {
    // Most bytes of most masks are 0: four at a time.
    const words = new Uint32Array(values.buffer, values.byteOffset, Math.floor(values.length / 4));
    let [first, end] = [0, words.length];
    while (first < end && words[first] === 0) first++;
    from = 4 * first;
    if (values.length === 4 * words.length) {
      while (end > first && words[end - 1] === 0) end--;
      until = 4 * end;
    }
  }
  while (from < until && (values[from] as number) <= threshold) from++;
  while (until > from && (values[until - 1] as number) <= threshold) until--;
  return [from, until];
}

/** The longer side of a box. */
export function longSide({ height, width }: SizePx): number {
  return Math.max(height, width);
}

/** The smallest box around two. */
export function boxAround(a: Box, b: Box): Box {
  const left = Math.min(a.left, b.left);
  const top = Math.min(a.top, b.top);
  return {
    left,
    top,
    width: Math.max(a.left + a.width, b.left + b.width) - left,
    height: Math.max(a.top + a.height, b.top + b.height) - top,
  };
}

/** What two boxes have in common; it has no height or no width if that is nothing. */
export function sharedBox(a: Box, b: Box): Box {
  const [left, top] = [Math.max(a.left, b.left), Math.max(a.top, b.top)];
  return {
    left,
    top,
    width: Math.max(0, Math.min(a.left + a.width, b.left + b.width) - left),
    height: Math.max(0, Math.min(a.top + a.height, b.top + b.height) - top),
  };
}

export function intersect(a: Box, b: Box): boolean {
  const { height, width } = sharedBox(a, b);
  return height > 0 && width > 0;
}

/** A box of this size with the middle of `box` in its middle, shifted into the image, and cut to it where it is larger. */
export function windowAround(box: Box, size: SizePx, image: SizePx): Box {
  const along = (start: number, length: number, wanted: number, whole: number) => {
    const kept = Math.min(Math.round(wanted), whole);
    return [Math.min(whole - kept, Math.max(0, Math.round(start + length / 2 - kept / 2))), kept] as const;
  };
  const [left, width] = along(box.left, box.width, size.width, image.width);
  const [top, height] = along(box.top, box.height, size.height, image.height);
  return { left, top, width, height };
}
