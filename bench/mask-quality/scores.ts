/** A mean over images, and the standard error of that mean: 0 for a single image. */
export interface Estimate {
  readonly mean: number;
  readonly standardError: number;
}

/** @param values one per image; those that are NaN do not count */
export function estimate(values: readonly number[]): Estimate {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  if (known.length < 2) return { mean, standardError: 0 };
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1);
  return { mean, standardError: Math.sqrt(variance / known.length) };
}

/**
 * Mean absolute difference of two images in levels, 0 … 255.
 *
 * @param image `[height, width, 3]`, values in [-1, 1]
 * @param counts which pixels count, `[height, width]`, not 0; all without it
 * @returns NaN if none does
 */
export function meanDifference(image: Float32Array, other: Float32Array, counts?: Uint8Array): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < image.length; i++) {
    if (counts?.[Math.floor(i / 3)] === 0) continue;
    sum += Math.abs((image[i] as number) - (other[i] as number));
    count++;
  }
  return (127.5 * sum) / count;
}
