import { type Box, boxOfPlane } from '../../data/box.ts';
import type { SizePx } from '../../data/transform-draw.ts';

/**
 * The variance of the Laplacian in some pixels, a measure of sharpness (Pech-Pacheco et al. 2000): of the grey image, in squared levels of
 * 255, where a pixel and its four neighbours all are in the region, so that outlines do not count.
 *
 * @param image RGB bytes, `[height, width, 3]`
 * @param region `[height, width]`, not 0
 * @returns NaN if the region has no such pixel
 */
export function sharpness(image: Uint8Array, size: SizePx, region: Uint8Array): number {
  const box = boxOfPlane(region, size);
  if (box === null) return Number.NaN;
  const grey = greyIn(image, size.width, box);
  let [sum, squares, count] = [0, 0, 0];
  for (let y = 1; y < box.height - 1; y++) {
    for (let x = 1; x < box.width - 1; x++) {
      const i = (box.top + y) * size.width + box.left + x;
      if (region[i] === 0 || region[i - 1] === 0 || region[i + 1] === 0) continue;
      if (region[i - size.width] === 0 || region[i + size.width] === 0) continue;
      const at = y * box.width + x;
      const beside = -4 * (grey[at] as number) + (grey[at - 1] as number) + (grey[at + 1] as number);
      const laplacian = beside + (grey[at - box.width] as number) + (grey[at + box.width] as number);
      sum += laplacian;
      squares += laplacian * laplacian;
      count++;
    }
  }
  return count === 0 ? Number.NaN : squares / count - (sum / count) ** 2;
}

/** `[height, width]` of a box */
function greyIn(image: Uint8Array, width: number, box: Box): Float64Array {
  const grey = new Float64Array(box.width * box.height);
  for (let y = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++) {
      const i = 3 * ((box.top + y) * width + box.left + x);
      const [red, green, blue] = [image[i] as number, image[i + 1] as number, image[i + 2] as number];
      grey[y * box.width + x] = 0.299 * red + 0.587 * green + 0.114 * blue;
    }
  }
  return grey;
}
