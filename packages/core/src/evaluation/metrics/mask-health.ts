import type { SizePx } from '../../data/transform-draw.ts';
import { piecesIn } from './object-pieces.ts';

/** Values closer to 0 than this are grey: neither background nor object. */
const GREY_BELOW = 0.8;
/** Smaller pieces are specks that nobody sees. */
const MIN_PIECE_PX = 4;

/** The share of a mask's pixels that are neither background nor object: values in (-0.8, 0.8). @param mask values in [-1, 1] */
export function greyShare(mask: Float32Array): number {
  let grey = 0;
  for (let i = 0; i < mask.length; i++) if (Math.abs(mask[i] as number) < GREY_BELOW) grey++;
  return grey / mask.length;
}

/**
 * How much of a soft mask lies at the highest frequency: the mean square of its 2x2 differences `(a - b - c + d) / 4`, over the
 * variance of the mask. 1 for a checkerboard, 0.25 for white noise, near 0 for smooth shapes. Generators hide the input's picture there.
 *
 * @param mask `[height, width]`, any range
 * @returns NaN for a mask of one value
 */
export function checkerboardEnergy(mask: Float32Array, { width, height }: SizePx): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < mask.length; i++) {
    const value = mask[i] as number;
    sum += value;
    squares += value * value;
  }
  const variance = squares / mask.length - (sum / mask.length) ** 2;
  if (variance < 1e-12) return Number.NaN;
  let energy = 0;
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      const i = y * width + x;
      const [a, b] = [mask[i] as number, mask[i + 1] as number];
      const [c, d] = [mask[i + width] as number, mask[i + width + 1] as number];
      const difference = (a - b - c + d) / 4;
      energy += difference * difference;
    }
  }
  return energy / ((width - 1) * (height - 1)) / variance;
}

/**
 * Into how many pieces of at least 4 pixels an object falls: 1 is whole, 0 means that there is no object. Pixels that touch at a corner hang
 * together.
 *
 * @param mask `[height, width]`, object > 0
 */
export function piecesOf(mask: Float32Array, size: SizePx): number {
  const pieces = piecesIn(mask, size);
  return pieces === null ? 0 : pieces.areasPx.slice(1).filter((areaPx) => areaPx >= MIN_PIECE_PX).length;
}
