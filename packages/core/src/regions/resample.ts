import type { Pixels } from '../data/sample.ts';
import type { SizePx } from '../data/transform-draw.ts';
import type { Box } from './box.ts';

/** How pixels between others are found: `linear` never leaves their range, `cubic` (Catmull-Rom) is sharper. */
export type Kernel = 'linear' | 'cubic';

const KERNELS: Readonly<Record<Kernel, { readonly radius: number; readonly weight: (distance: number) => number }>> = {
  linear: { radius: 1, weight: (d) => Math.max(0, 1 - d) },
  cubic: {
    radius: 2,
    weight: (d) => (d < 1 ? 1.5 * d ** 3 - 2.5 * d ** 2 + 1 : d < 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0),
  },
};

/** Where the pixels of a picture lie in an array. */
export interface Layout {
  /** Of a row, in pixels. */
  readonly width: number;
  /** Numbers of a pixel, of which the first ones are taken. */
  readonly channels: number;
}

/**
 * Scales a part of a picture; where it gets smaller, each new pixel is a weighted mean of all that it covers, so that nothing
 * flickers.
 *
 * @param channels numbers of a pixel that are taken
 * @returns `[size.height, size.width, channels]`, values in [-1, 1]
 */
export function resample(
  pixels: Pixels,
  layout: Layout,
  box: Box,
  size: SizePx,
  channels: number,
  kernel: Kernel,
): Float32Array {
  const { low, half } = rangeOf(pixels);
  const columns = weightsAlong(box.width, size.width, kernel);
  const rows = weightsAlong(box.height, size.height, kernel);
  const narrow = new Float32Array(box.height * size.width * channels);
  for (let y = 0; y < box.height; y++) {
    const row = ((box.top + y) * layout.width + box.left) * layout.channels;
    for (let x = 0; x < size.width; x++) {
      const { first, weights } = columns[x] as Weights;
      const to = (y * size.width + x) * channels;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) {
          sum += (weights[i] as number) * (pixels[row + (first + i) * layout.channels + c] as number);
        }
        narrow[to + c] = sum;
      }
    }
  }
  const result = new Float32Array(size.height * size.width * channels);
  const length = size.width * channels;
  for (let y = 0; y < size.height; y++) {
    const { first, weights } = rows[y] as Weights;
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i] as number;
      const row = (first + i) * length;
      for (let x = 0; x < length; x++) {
        result[y * length + x] = (result[y * length + x] as number) + weight * (narrow[row + x] as number);
      }
    }
  }
  for (let i = 0; i < result.length; i++) {
    result[i] = Math.min(1, Math.max(-1, ((result[i] as number) - low) / half - 1));
  }
  return result;
}

/** The number that stands for -1, and how far that for 0 lies above it. */
export function rangeOf(pixels: Pixels): { readonly low: number; readonly half: number } {
  if (pixels instanceof Float32Array) return { low: -1, half: 1 };
  return { low: 0, half: pixels instanceof Uint16Array ? 32767.5 : 127.5 };
}

interface Weights {
  readonly first: number;
  readonly weights: Float32Array;
}

/** Of the old pixels in each new one; they sum to 1. */
function weightsAlong(from: number, to: number, kernel: Kernel): readonly Weights[] {
  const { radius, weight } = KERNELS[kernel];
  const scale = from / to;
  const spread = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const middle = (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(middle - radius * spread));
    const last = Math.min(from - 1, Math.floor(middle + radius * spread));
    const weights = Float32Array.from({ length: last - first + 1 }, (_, n) =>
      weight(Math.abs(first + n - middle) / spread),
    );
    const sum = weights.reduce((total, value) => total + value, 0);
    return { first, weights: weights.map((value) => value / sum) };
  });
}
