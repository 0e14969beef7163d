/**
 * Peak signal-to-noise ratio of two images in some pixels, in dB: `10 log10(255² / mean squared error)` over pixels and channels.
 *
 * @param image RGB bytes, `[height, width, 3]`
 * @param region which pixels count, `[height, width]`, not 0
 * @returns Infinity where both are the same, NaN if no pixel counts
 */
export function psnr(image: Uint8Array, other: Uint8Array, region: Uint8Array): number {
  let [sum, count] = [0, 0];
  for (let pixel = 0; pixel < region.length; pixel++) {
    if (region[pixel] === 0) continue;
    for (let i = 3 * pixel; i < 3 * pixel + 3; i++) sum += ((image[i] as number) - (other[i] as number)) ** 2;
    count += 3;
  }
  return count === 0 ? Number.NaN : 10 * Math.log10(255 ** 2 / (sum / count));
}
