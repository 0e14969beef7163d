import { bootstrap, type Estimate } from './bootstrap.ts';

/** A feature vector, and the image that it comes from: several objects may share one. */
export interface ImageFeatures {
  readonly image: number;
  readonly features: Float32Array;
}

/** A bootstrap of KID sums over all pairs each time. */
const RESAMPLES = 200;

/**
 * Kernel Inception Distance (Bińkowski et al. 2018): the squared maximum mean discrepancy of two sets of features under the
 * kernel `(x·y / d + 1)³`, unbiased, so that two sets of one distribution give 0 on average, and a little less at times. Pairs within one
 * image do not count, as they are not independent. The interval is a bootstrap over the images of `made`.
 *
 * @param made of at least two images, all features of one length
 * @returns NaN if either has features of fewer than two images
 */
export function kernelDistance(made: readonly ImageFeatures[], real: readonly ImageFeatures[], seed: number): Estimate {
  const within = meanKernel(real);
  const images = [...new Set(made.map(({ image }) => image))];
  const membersOf = images.map((image) => made.flatMap((each, i) => (each.image === image ? [i] : [])));
  const toReal = made.map(({ features }) => mean(real.map((other) => kernel(features, other.features))));
  const among = made.map(({ features }) => made.map((other) => kernel(features, other.features)));
  const distance = (indices: readonly number[]) => {
    const chosen = indices.flatMap((index) => membersOf[index] as number[]);
    let [sum, pairs, cross] = [0, 0, 0];
    for (const i of chosen) {
      cross += toReal[i] as number;
      const row = among[i] as number[];
      for (const j of chosen) {
        if (made[i]?.image === made[j]?.image) continue;
        sum += row[j] as number;
        pairs++;
      }
    }
    return sum / pairs + within - (2 * cross) / chosen.length;
  };
  return bootstrap(images.length, distance, seed, RESAMPLES);
}

/** The mean of the kernel over all pairs of different images. */
function meanKernel(set: readonly ImageFeatures[]): number {
  let [sum, pairs] = [0, 0];
  for (const [i, a] of set.entries()) {
    for (const b of set.slice(0, i)) {
      if (a.image === b.image) continue;
      sum += kernel(a.features, b.features);
      pairs++;
    }
  }
  return sum / pairs;
}

function kernel(x: Float32Array, y: Float32Array): number {
  let product = 0;
  for (let i = 0; i < x.length; i++) product += (x[i] as number) * (y[i] as number);
  return (product / x.length + 1) ** 3;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
