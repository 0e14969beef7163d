import { type Box, boxAround, boxOfMask } from '@instagan/core';
import { type MaskPixels, objectThreshold, type SizePx } from '@instagan/core/data';

/** The mean of the masks of an instance so far: values in [-1, 1] in a part of the frame, and -1, background, beyond it. */
export interface MaskMean {
  readonly box: Box;
  /** `[box.height, box.width]` */
  readonly values: Float32Array;
}

/** Of a single mask. @param box around its object */
export function meanOfMask(mask: MaskPixels, box: Box, { width }: SizePx): MaskMean {
  const threshold = objectThreshold(mask);
  const values = new Float32Array(box.width * box.height);
  for (let y = 0; y < box.height; y++) {
    const row = (box.top + y) * width + box.left;
    for (let x = 0; x < box.width; x++) {
      values[y * box.width + x] = (mask[row + x] as number) > threshold ? 1 : -1;
    }
  }
  return { box, values };
}

/** Moved by whole pixels; what leaves the frame is lost. */
export function movedMean({ box, values }: MaskMean, moveX: number, moveY: number, frame: SizePx): MaskMean {
  const moved = { ...box, left: box.left + moveX, top: box.top + moveY };
  const left = Math.max(0, moved.left);
  const top = Math.max(0, moved.top);
  const width = Math.max(0, Math.min(frame.width, moved.left + moved.width) - left);
  const height = Math.max(0, Math.min(frame.height, moved.top + moved.height) - top);
  return { box: { left, top, width, height }, values: cropped(values, moved, { left, top, width, height }) };
}

/**
 * With the next mask: `past * mean + (1 - past) * mask`.
 *
 * @param box around the mask's object
 */
export function followedMean(mean: MaskMean, mask: MaskPixels, box: Box, { width }: SizePx, past: number): MaskMean {
  const around = mean.values.length === 0 ? box : boxAround(mean.box, box);
  const values = new Float32Array(around.width * around.height).fill(-1);
  for (let y = 0; y < mean.box.height; y++) {
    const row = mean.values.subarray(y * mean.box.width, (y + 1) * mean.box.width);
    values.set(row, (mean.box.top - around.top + y) * around.width + mean.box.left - around.left);
  }
  const threshold = objectThreshold(mask);
  for (let y = 0; y < around.height; y++) {
    const row = (around.top + y) * width + around.left;
    for (let x = 0; x < around.width; x++) {
      const i = y * around.width + x;
      values[i] = past * (values[i] as number) + (1 - past) * ((mask[row + x] as number) > threshold ? 1 : -1);
    }
  }
  return withoutBackground({ box: around, values });
}

/** The box around the object of a mean, in the frame; null if it is nowhere. */
export function boxOfMean({ box, values }: MaskMean): Box | null {
  const inner = boxOfMask(values, box);
  return inner === null ? null : { ...inner, left: box.left + inner.left, top: box.top + inner.top };
}

/** Where the mean is object: 1, else -1, `[height, width]` of the frame. */
export function maskOfMean({ box, values }: MaskMean, frame: SizePx): Float32Array {
  const mask = new Float32Array(frame.width * frame.height).fill(-1);
  for (let y = 0; y < box.height; y++) {
    const row = (box.top + y) * frame.width + box.left;
    for (let x = 0; x < box.width; x++) if ((values[y * box.width + x] as number) > 0) mask[row + x] = 1;
  }
  return mask;
}

/** In the smallest box that holds all that is not pure background: a mean that follows a moving object would grow for ever. */
function withoutBackground({ box, values }: MaskMean): MaskMean {
  let [left, right, top, bottom] = [box.width, -1, -1, -1];
  for (let y = 0; y < box.height; y++) {
    const row = y * box.width;
    let first = 0;
    while (first < box.width && values[row + first] === -1) first++;
    if (first === box.width) continue;
    let last = box.width - 1;
    while (values[row + last] === -1) last--;
    if (top < 0) top = y;
    bottom = y;
    left = Math.min(left, first);
    right = Math.max(right, last);
  }
  const part =
    top < 0
      ? { left: box.left, top: box.top, width: 0, height: 0 }
      : { left: box.left + left, top: box.top + top, width: right - left + 1, height: bottom - top + 1 };
  return { box: part, values: cropped(values, box, part) };
}

/** The values of a part of a box. */
function cropped(values: Float32Array, box: Box, part: Box): Float32Array {
  if (part.width === box.width && part.height === box.height) return values;
  const result = new Float32Array(part.width * part.height);
  for (let y = 0; y < part.height; y++) {
    const from = (part.top - box.top + y) * box.width + part.left - box.left;
    result.set(values.subarray(from, from + part.width), y * part.width);
  }
  return result;
}
