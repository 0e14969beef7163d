import { createRng } from '../../random/rng.ts';

/** A figure with its 95 % confidence interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The two-sided tails outside of the interval, each. */
const TAIL = 0.025;
const RESAMPLES = 1000;

/**
 * A figure of some images with its 95 % percentile bootstrap interval over the images (Efron 1979): as many images are drawn with
 * replacement, again and again, and the figure is taken of each draw. Objects of one image stay together, since they are not
 * independent.
 *
 * @param images how many there are
 * @param statistic of a list of image indices, in which one may be there several times; draws where it is NaN do not count
 * @param resamples @default 1000
 * @returns all NaN where the figure is NaN; the interval of a single image is the figure itself
 */
export function bootstrap(
  images: number,
  statistic: (indices: readonly number[]) => number,
  seed: number,
  resamples = RESAMPLES,
): Estimate {
  const value = statistic(Array.from({ length: images }, (_, i) => i));
  if (Number.isNaN(value)) return { value, low: value, high: value };
  const rng = createRng(seed, 'bootstrap');
  const drawn: number[] = [];
  for (let i = 0; i < resamples; i++) {
    const result = statistic(Array.from({ length: images }, () => rng.integer(images)));
    if (!Number.isNaN(result)) drawn.push(result);
  }
  drawn.sort((a, b) => a - b);
  return { value, low: quantile(drawn, TAIL), high: quantile(drawn, 1 - TAIL) };
}

/** {@link bootstrap} of the mean over images. @param values one an image; those that are NaN do not count */
export function bootstrapMean(values: readonly number[], seed: number): Estimate {
  return bootstrapRatio(
    values.map((value) => (Number.isNaN(value) ? [0, 0] : [value, 1])),
    seed,
  );
}

/**
 * {@link bootstrap} of a sum over images divided by another, such as hits by objects.
 *
 * @param parts one pair an image, `[numerator, denominator]`
 */
export function bootstrapRatio(parts: readonly (readonly [number, number])[], seed: number): Estimate {
  const ratio = (indices: readonly number[]) => {
    let [over, under] = [0, 0];
    for (const index of indices) {
      const part = parts[index] as readonly [number, number];
      over += part[0];
      under += part[1];
    }
    return under === 0 ? Number.NaN : over / under;
  };
  return bootstrap(parts.length, ratio, seed);
}

/** @param sorted ascending, at least one value @returns linear between two values, as NumPy's default */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const [below, above] = [sorted[low] as number, sorted[Math.min(sorted.length - 1, low + 1)] as number];
  return below + (place - low) * (above - below);
}
