import { distanceTransform } from '@instagan/core';

/** Pixels of a box, ends included. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * What a segmenter is to predict.
 *
 * @param masks one per instance, `[height, width]`, object where not 0
 * @returns `mask`: the union, -1 background and 1 object; `depth`: how deep inside its instance each pixel lies, -1 at the
 *   border and on the background, 1 where the instance is thickest: the distance to what is not this instance, over the
 *   largest such distance of the instance, on [-1, 1]
 */
export function targetsOf(
  masks: readonly Uint8Array[],
  width: number,
  height: number,
): { mask: Float32Array; depth: Float32Array } {
  const union = new Float32Array(width * height).fill(-1);
  const depth = new Float32Array(width * height).fill(-1);
  for (const mask of masks) {
    const box = boxOf(mask, width, height);
    if (box === null) continue;
    const boxWidth = box.right - box.left + 1;
    const boxHeight = box.bottom - box.top + 1;
    const part = new Uint8Array(boxWidth * boxHeight);
    for (let y = 0; y < boxHeight; y++) {
      const first = (box.top + y) * width + box.left;
      part.set(mask.subarray(first, first + boxWidth), y * boxWidth);
    }
    const distances = distanceTransform(part, boxWidth, boxHeight);
    const largest = distances.reduce((most, each) => Math.max(most, each), 0);
    for (let y = 0, i = 0; y < boxHeight; y++) {
      for (let x = 0; x < boxWidth; x++, i++) {
        if (part[i] === 0) continue;
        const to = (box.top + y) * width + box.left + x;
        union[to] = 1;
        depth[to] = Math.max(depth[to] as number, (2 * (distances[i] as number)) / largest - 1);
      }
    }
  }
  return { mask: union, depth };
}

/** The box around a mask with a margin of one pixel, as far as the picture goes; null if the mask is empty. */
function boxOf(mask: Uint8Array, width: number, height: number): Box | null {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (mask[i] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  if (right < 0) return null;
  const grown = { left: Math.max(0, left - 1), top: Math.max(0, top - 1) };
  return { ...grown, right: Math.min(width - 1, right + 1), bottom: Math.min(height - 1, bottom + 1) };
}
