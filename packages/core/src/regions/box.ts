import { type MaskPixels, objectThreshold } from '../data/sample.ts';
import type { SizePx } from '../data/transform-draw.ts';

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
  let [left, right, top, bottom] = [width, -1, -1, -1];
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let first = 0;
    while (first < width && (values[row + first] as number) <= threshold) first++;
    if (first === width) continue;
    let last = width - 1;
    while ((values[row + last] as number) <= threshold) last--;
    if (top < 0) top = y;
    bottom = y;
    left = Math.min(left, first);
    right = Math.max(right, last);
  }
  return top < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
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

export function intersect(a: Box, b: Box): boolean {
  const meet = (start: number, length: number, other: number, otherLength: number) =>
    start < other + otherLength && other < start + length;
  return meet(a.left, a.width, b.left, b.width) && meet(a.top, a.height, b.top, b.height);
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
