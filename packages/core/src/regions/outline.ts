import type { SizePx } from '../data/transform-draw.ts';
import { fillHoles } from './fill-holes.ts';

/**
 * A mask whose outline has no steps, to be enlarged: blurred by binomial weights (1, 2, 1), which moves a straight edge not at all.
 *
 * @param mask `[height, width]`, values in [-1, 1]
 */
export function smoothOutline(mask: Float32Array, { width, height }: SizePx): Float32Array {
  return blurredAlong(blurredAlong(mask, width, height, 1, width), height, width, width, 1);
}

/** Makes the edges of a smoothed mask as steep as they were, in place; its outline stays where it is. */
export function steepenOutline(mask: Float32Array): void {
  for (let i = 0; i < mask.length; i++) mask[i] = Math.max(-1, Math.min(1, 2 * (mask[i] as number)));
}

/** Weights 1, 2, 1 along lines; beyond their ends the last value goes on. */
function blurredAlong(values: Float32Array, length: number, lines: number, step: number, lineStep: number) {
  const result = new Float32Array(values.length);
  for (let line = 0; line < lines; line++) {
    const first = line * lineStep;
    const last = first + (length - 1) * step;
    for (let i = first; i <= last; i += step) {
      const [before, after] = [values[Math.max(first, i - step)] as number, values[Math.min(last, i + step)] as number];
      result[i] = (before + 2 * (values[i] as number) + after) / 4;
    }
  }
  return result;
}

/**
 * A picture in which the colours of objects go on beyond their outlines, in place of the background: where an edge is drawn between two
 * pixels, the object's colours come without those of the background that the picture has there.
 *
 * @param picture `[height, width, 3]`, values in [-1, 1]
 * @param masks of the objects, `[height, width]`, above 0 within
 */
export function continueObjects(picture: Float32Array, masks: readonly Float32Array[], size: SizePx): Float32Array {
  const isBackground = new Uint8Array(size.width * size.height).fill(1);
  for (const mask of masks) {
    for (let i = 0; i < isBackground.length; i++) if ((mask[i] as number) > 0) isBackground[i] = 0;
  }
  return fillHoles(picture, isBackground, size);
}
