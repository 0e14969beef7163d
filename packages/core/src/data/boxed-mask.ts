import { type Box, boxOfMask, sharedBox } from './box.ts';
import type { BoxedMask, InstanceMask, MaskPixels } from './sample.ts';
import type { SizePx } from './transform-draw.ts';

/** A mask in a box: that of the whole image if it is not in a smaller one. Its pixels are not copied. */
export function boxedMask<P extends MaskPixels>(mask: P | BoxedMask<P>, { height, width }: SizePx): BoxedMask<P> {
  return isBoxed(mask) ? mask : { box: { left: 0, top: 0, width, height }, pixels: mask };
}

export function isBoxed(mask: InstanceMask): mask is BoxedMask {
  return 'box' in mask;
}

/** A mask in the smallest box around its object; null if it has none. */
export function trimmedMask<P extends MaskPixels>(mask: P | BoxedMask<P>, image: SizePx): BoxedMask<P> | null {
  const given = boxedMask(mask, image);
  const box = boxOfBoxed(given);
  return box && { box, pixels: maskWithin(given, box) };
}

/** The smallest box around the object of a mask, in the image; null if it has none. */
export function boxOfBoxed({ box, pixels }: BoxedMask): Box | null {
  const inner = boxOfMask(pixels, box);
  return inner && { ...inner, left: box.left + inner.left, top: box.top + inner.top };
}

/**
 * The pixels of a mask in another box, `[height, width]` of that: background, 0 or -1, where the mask does not reach.
 *
 * @returns those of the mask itself if the boxes are the same
 */
export function maskWithin<P extends MaskPixels>({ box, pixels }: BoxedMask<P>, within: Box): P {
  if (isSame(box, within)) return pixels;
  const shared = sharedBox(box, within);
  const result = backgroundLike(pixels, within.width * within.height);
  for (let y = shared.top; y < shared.top + shared.height; y++) {
    const from = (y - box.top) * box.width + shared.left - box.left;
    const row = pixels.subarray(from, from + shared.width);
    result.set(row, (y - within.top) * within.width + shared.left - within.left);
  }
  return result;
}

/** The pixels of a mask in the whole image. */
export function wholeMask<P extends MaskPixels>(mask: BoxedMask<P>, { height, width }: SizePx): P {
  return maskWithin(mask, { left: 0, top: 0, width, height });
}

function isSame(a: Box, b: Box): boolean {
  return a.left === b.left && a.top === b.top && a.width === b.width && a.height === b.height;
}

function backgroundLike<P extends MaskPixels>(pixels: P, length: number): P {
  return (pixels instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length).fill(-1)) as P;
}
