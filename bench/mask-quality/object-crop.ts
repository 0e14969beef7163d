import type { Rng, SizePx } from '@instagan/core/data';

/** Side of a crop, in pixels. */
export const CROP_PX = 32;
/** Side of what is cut out, over the longer side of the object's box. */
const MARGIN = 1.25;

/** What is cut out of an image: a square with its centre and side, in pixels. */
export interface CropSquare {
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly isMirrored: boolean;
}

/**
 * The square around an object, a quarter wider than its box, so that some of its surroundings are seen.
 *
 * @param mask `[height, width]`, object > 0, with at least one object pixel
 * @param rng moves, scales and mirrors the square a little, for training; its state moves on
 */
export function squareAround(mask: Float32Array, { width }: SizePx, rng?: Rng): CropSquare {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < mask.length; i++) {
    if ((mask[i] as number) <= 0) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  }
  const side = MARGIN * Math.max(right - left, bottom - top);
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  if (rng === undefined) return { x, y, side, isMirrored: false };
  const around = (reach: number) => reach * (2 * rng.uniform() - 1);
  return {
    x: x + around(0.1 * side),
    y: y + around(0.1 * side),
    side: side * (1 + around(0.2)),
    isMirrored: rng.uniform() < 0.5,
  };
}

/**
 * Cuts a square out and brings it to {@link CROP_PX}, bilinearly; beyond the image its edge repeats.
 *
 * @param image `[height, width, 3]`
 * @returns `[CROP_PX, CROP_PX, 3]`
 */
export function cropSquare(image: Float32Array, { width, height }: SizePx, square: CropSquare): Float32Array {
  const crop = new Float32Array(CROP_PX * CROP_PX * 3);
  const step = square.side / CROP_PX;
  const columns = Array.from({ length: CROP_PX }, (_, column) => {
    const seen = square.isMirrored ? CROP_PX - 1 - column : column;
    return neighbours(square.x - square.side / 2 + (seen + 0.5) * step, width);
  });
  for (let row = 0; row < CROP_PX; row++) {
    const [above, below, v] = neighbours(square.y - square.side / 2 + (row + 0.5) * step, height);
    for (const [column, [left, right, u]] of columns.entries()) {
      const at = (y: number, x: number, c: number) => image[(y * width + x) * 3 + c] as number;
      for (let c = 0; c < 3; c++) {
        const upper = (1 - u) * at(above, left, c) + u * at(above, right, c);
        const lower = (1 - u) * at(below, left, c) + u * at(below, right, c);
        crop[(row * CROP_PX + column) * 3 + c] = (1 - v) * upper + v * lower;
      }
    }
  }
  return crop;
}

/** The two pixels whose centres enclose a place, and the share of the second. */
function neighbours(place: number, limit: number): [first: number, second: number, share: number] {
  const inside = Math.min(limit - 1, Math.max(0, place - 0.5));
  const first = Math.floor(inside);
  return [first, Math.min(limit - 1, first + 1), inside - first];
}
