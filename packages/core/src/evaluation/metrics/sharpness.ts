import type { SizePx } from '../../data/transform-draw.ts';

/**
 * The variance of the Laplacian in some pixels, a measure of sharpness (Pech-Pacheco et al. 2000): of the grey image, in squared levels of
 * 255, where a pixel and its four neighbours all are in the region, so that outlines do not count.
 *
 * @param image RGB bytes, `[height, width, 3]`
 * @param region `[height, width]`, not 0
 * @returns NaN if the region has no such pixel
 */
export function sharpness(image: Uint8Array, { width, height }: SizePx, region: Uint8Array): number {
  const grey = Float64Array.from(region, (_, i) => {
    const [red, green, blue] = [image[3 * i], image[3 * i + 1], image[3 * i + 2]] as [number, number, number];
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });
  let [sum, squares, count] = [0, 0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const around = [i - 1, i + 1, i - width, i + width];
      if (region[i] === 0 || around.some((neighbour) => region[neighbour] === 0)) continue;
      const laplacian = around.reduce(
        (total, neighbour) => total + (grey[neighbour] as number),
        -4 * (grey[i] as number),
      );
      sum += laplacian;
      squares += laplacian ** 2;
      count++;
    }
  }
  return count === 0 ? Number.NaN : squares / count - (sum / count) ** 2;
}
