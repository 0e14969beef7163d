import { type Box, boxOfMask } from '../../data/box.ts';
import type { SizePx } from '../../data/transform-draw.ts';

/** Which pixels are in any of the masks: 1, else 0. @param masks `[height, width]`, object > 0 */
export function unionOf(masks: readonly Float32Array[], pixels: number): Uint8Array {
  const union = new Uint8Array(pixels);
  for (const mask of masks) for (let i = 0; i < pixels; i++) if ((mask[i] as number) > 0) union[i] = 1;
  return union;
}

/** Intersection over union of two sets of pixels, set where not 0; 1 if both are empty. */
export function intersectionOverUnion(a: Uint8Array, b: Uint8Array): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== 0 && b[i] !== 0) both++;
    if (a[i] !== 0 || b[i] !== 0) either++;
  }
  return either === 0 ? 1 : both / either;
}

/** {@link intersectionOverUnion} of the unions of two sets of masks, `[height, width]`, object > 0. */
export function unionIou(masks: readonly Float32Array[], others: readonly Float32Array[], pixels: number): number {
  return intersectionOverUnion(unionOf(masks, pixels), unionOf(others, pixels));
}

/** The largest intersection over union of any two masks `[height, width]`, object > 0; 0 for fewer than two with an object. */
export function largestPairIou(masks: readonly Float32Array[], size: SizePx): number {
  const objects = masks.flatMap((mask) => {
    const box = boxOfMask(mask, size);
    return box === null ? [] : [{ mask, box, areaPx: sharedPx(mask, mask, size.width, box, box) }];
  });
  let largest = 0;
  for (const [i, a] of objects.entries()) {
    for (const b of objects.slice(0, i)) {
      const both = sharedPx(a.mask, b.mask, size.width, a.box, b.box);
      largest = Math.max(largest, both / (a.areaPx + b.areaPx - both));
    }
  }
  return largest;
}

/** Pixels that are object in both masks, which lie within these boxes. */
function sharedPx(a: Float32Array, b: Float32Array, width: number, aBox: Box, bBox: Box): number {
  const [left, top] = [Math.max(aBox.left, bBox.left), Math.max(aBox.top, bBox.top)];
  const right = Math.min(aBox.left + aBox.width, bBox.left + bBox.width);
  const bottom = Math.min(aBox.top + aBox.height, bBox.top + bBox.height);
  let shared = 0;
  for (let y = top; y < bottom; y++) {
    for (let i = y * width + left; i < y * width + right; i++) {
      if ((a[i] as number) > 0 && (b[i] as number) > 0) shared++;
    }
  }
  return shared;
}
