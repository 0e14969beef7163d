/** Where the object pixels of a mask lie, and what they look like. */
export interface Region {
  readonly areaPx: number;
  /** Smallest box around them; the ends are exclusive. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly centreX: number;
  readonly centreY: number;
  /** Shares of 4 x 4 x 4 colours. */
  readonly colours: Float32Array;
}

/**
 * Measures a mask.
 *
 * @param mask `[height, width]`, object > 0
 * @param pixels `[height, width, channels]`, 0 … 255
 * @returns null if it holds no object
 */
export function regionOf(
  mask: Float32Array,
  pixels: Uint8Array,
  width: number,
  height: number,
  channels: number,
): Region | null {
  let [areaPx, sumX, sumY] = [0, 0, 0];
  let [left, top, right, bottom] = [width, height, 0, 0];
  const colours = new Float32Array(64);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if ((mask[i] as number) <= 0) continue;
      areaPx++;
      sumX += x;
      sumY += y;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
      const p = i * channels;
      const colour =
        ((pixels[p] as number) >> 6) * 16 + ((pixels[p + 1] as number) >> 6) * 4 + ((pixels[p + 2] as number) >> 6);
      colours[colour]!++;
    }
  }
  if (areaPx === 0) return null;
  for (let c = 0; c < 64; c++) colours[c]! /= areaPx;
  return { areaPx, left, top, right, bottom, centreX: sumX / areaPx, centreY: sumY / areaPx, colours };
}

/** How alike two sets of colours are: 0 nothing in common … 1 the same (Bhattacharyya coefficient). */
export function colourLikeness(a: Region, b: Region): number {
  let sum = 0;
  for (let c = 0; c < 64; c++) sum += Math.sqrt((a.colours[c] as number) * (b.colours[c] as number));
  return sum;
}

/** Shared area over common area of the first mask, moved, and the second. */
export function overlap(
  a: Float32Array,
  aRegion: Region,
  moveX: number,
  moveY: number,
  b: Float32Array,
  bRegion: Region,
  width: number,
): number {
  const left = Math.max(aRegion.left + moveX, bRegion.left);
  const right = Math.min(aRegion.right + moveX, bRegion.right);
  const top = Math.max(aRegion.top + moveY, bRegion.top);
  const bottom = Math.min(aRegion.bottom + moveY, bRegion.bottom);
  let shared = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      if ((b[y * width + x] as number) > 0 && (a[(y - moveY) * width + x - moveX] as number) > 0) shared++;
    }
  }
  return shared / (aRegion.areaPx + bRegion.areaPx - shared);
}
