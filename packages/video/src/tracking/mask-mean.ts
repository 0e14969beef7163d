import {
  type Box,
  type BoxedMask,
  boxAround,
  type MaskPixels,
  maskWithin,
  objectThreshold,
  type SizePx,
  sharedBox,
  trimmedMask,
} from '@instagan/core/data';

/** The mean of the masks of an instance so far, values in [-1, 1]. */
export type MaskMean = BoxedMask<Float32Array>;

/** Of a single mask. */
export function meanOfMask({ box, pixels }: BoxedMask): MaskMean {
  return { box, pixels: signsOf(pixels, objectThreshold(pixels)) };
}

/** Moved by whole pixels; what leaves the frame is lost. */
export function movedMean({ box, pixels }: MaskMean, moveX: number, moveY: number, frame: SizePx): MaskMean {
  const moved = { box: { ...box, left: box.left + moveX, top: box.top + moveY }, pixels };
  const inFrame = sharedBox(moved.box, { left: 0, top: 0, ...frame });
  return { box: inFrame, pixels: maskWithin(moved, inFrame) };
}

/**
 * With the next mask: `past * mean + (1 - past) * mask`.
 *
 * @param mask in the smallest box around its object
 */
export function followedMean(mean: MaskMean, mask: BoxedMask, past: number): MaskMean {
  const box = mean.pixels.length === 0 ? mask.box : boxAround(mean.box, mask.box);
  const before = maskWithin(mean, box);
  const now = maskWithin(mask, box);
  const threshold = objectThreshold(now);
  const pixels = new Float32Array(before.length);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = past * (before[i] as number) + (1 - past) * ((now[i] as number) > threshold ? 1 : -1);
  }
  return withoutBackground({ box, pixels });
}

/** Where the mean is object: 1, else -1; null if it is nowhere. */
export function maskOfMean(mean: MaskMean, frame: SizePx): BoxedMask<Float32Array> | null {
  const trimmed = trimmedMask(mean, frame);
  return trimmed && { box: trimmed.box, pixels: signsOf(trimmed.pixels, 0) };
}

/** 1 above a threshold, else -1. */
function signsOf(pixels: MaskPixels, threshold: number): Float32Array {
  const signs = new Float32Array(pixels.length);
  for (let i = 0; i < signs.length; i++) signs[i] = (pixels[i] as number) > threshold ? 1 : -1;
  return signs;
}

/** In the smallest box that holds all that is not pure background: a mean that follows a moving object would grow for ever. */
function withoutBackground(mean: MaskMean): MaskMean {
  const { box, pixels } = mean;
  let [left, right, top, bottom] = [box.width, -1, -1, -1];
  for (let y = 0; y < box.height; y++) {
    const row = y * box.width;
    let first = 0;
    while (first < box.width && pixels[row + first] === -1) first++;
    if (first === box.width) continue;
    let last = box.width - 1;
    while (pixels[row + last] === -1) last--;
    if (top < 0) top = y;
    bottom = y;
    left = Math.min(left, first);
    right = Math.max(right, last);
  }
  const part: Box =
    top < 0
      ? { left: box.left, top: box.top, width: 0, height: 0 }
      : { left: box.left + left, top: box.top + top, width: right - left + 1, height: bottom - top + 1 };
  return { box: part, pixels: maskWithin(mean, part) };
}
