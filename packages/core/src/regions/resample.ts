import type { Box } from '../data/box.ts';
import type { Pixels } from '../data/sample.ts';
import type { SizePx } from '../data/transform-draw.ts';

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
 * @param part of the result that is computed @default all of it
 * @returns `[part.height, part.width, channels]`, values in [-1, 1]
 */
export function resample(
  pixels: Pixels,
  layout: Layout,
  box: Box,
  size: SizePx,
  channels: number,
  kernel: Kernel,
  part: Box = { left: 0, top: 0, width: size.width, height: size.height },
): Float32Array {
  const columns = windowsAlong(box.width, size.width, kernel, part.left, part.width);
  const rows = windowsAlong(box.height, size.height, kernel, part.top, part.height);
  const firstRow = rows.first[0] as number;
  const narrow = new Float32Array((rows.end - firstRow) * part.width * channels);
  const length = part.width * channels;
  const line = new Float32Array(box.width * layout.channels);
  for (let y = firstRow; y < rows.end; y++) {
    const start = ((box.top + y) * layout.width + box.left) * layout.channels;
    line.set(pixels.subarray(start, start + line.length));
    narrowLine(line, layout.channels, columns, channels, narrow.subarray((y - firstRow) * length));
  }
  const result = new Float32Array(part.height * length);
  for (let y = 0; y < part.height; y++) {
    const first = ((rows.first[y] as number) - firstRow) * length;
    const weights = rows.weights.subarray(rows.offsets[y], rows.offsets[y + 1]);
    addLines(narrow.subarray(first), length, weights, result.subarray(y * length, (y + 1) * length));
  }
  const { low, half } = rangeOf(pixels);
  for (let i = 0; i < result.length; i++) {
    result[i] = Math.min(1, Math.max(-1, ((result[i] as number) - low) / half - 1));
  }
  return result;
}

/** Weighted sums along a line of pixels of `lineChannels` numbers, of which the first `channels` are taken. */
function narrowLine(
  line: Float32Array,
  lineChannels: number,
  { first, offsets, weights }: Windows,
  channels: number,
  to: Float32Array,
): void {
  for (let x = 0; x < first.length; x++) {
    const [begin, end] = [offsets[x] as number, offsets[x + 1] as number];
    let from = (first[x] as number) * lineChannels;
    if (channels === 3) {
      // Sums that do not wait for each other are far faster.
      let [red, green, blue] = [0, 0, 0];
      for (let at = begin; at < end; at++, from += lineChannels) {
        const weight = weights[at] as number;
        red += weight * (line[from] as number);
        green += weight * (line[from + 1] as number);
        blue += weight * (line[from + 2] as number);
      }
      to[3 * x] = red;
      to[3 * x + 1] = green;
      to[3 * x + 2] = blue;
      continue;
    }
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let at = begin, i = from + c; at < end; at++, i += lineChannels) {
        sum += (weights[at] as number) * (line[i] as number);
      }
      to[x * channels + c] = sum;
    }
  }
}

/** The weighted sum of lines that follow each other, rounded to 32 bits after each. */
function addLines(lines: Float32Array, length: number, weights: Float32Array, sums: Float32Array): void {
  if (weights.length === 4) {
    const [first, second] = [weights[0] as number, weights[1] as number];
    const [third, fourth] = [weights[2] as number, weights[3] as number];
    for (let i = 0; i < length; i++) {
      let sum = Math.fround(first * (lines[i] as number));
      sum = Math.fround(sum + second * (lines[i + length] as number));
      sum = Math.fround(sum + third * (lines[i + 2 * length] as number));
      sums[i] = sum + fourth * (lines[i + 3 * length] as number);
    }
    return;
  }
  for (let n = 0, from = 0; n < weights.length; n++, from += length) {
    const weight = weights[n] as number;
    for (let i = 0; i < length; i++) sums[i] = (sums[i] as number) + weight * (lines[from + i] as number);
  }
}

/** The number that stands for -1, and how far that for 0 lies above it. */
export function rangeOf(pixels: Pixels): { readonly low: number; readonly half: number } {
  if (pixels instanceof Float32Array) return { low: -1, half: 1 };
  return { low: 0, half: pixels instanceof Uint16Array ? 32767.5 : 127.5 };
}

/** Which old pixels each of some new ones is made of; the weights of each sum to 1. */
interface Windows {
  readonly first: Int32Array;
  /** Where the weights of each begin; those of the last end at one more. */
  readonly offsets: Int32Array;
  readonly weights: Float32Array;
  /** After the last old pixel of all. */
  readonly end: number;
}

/** Of the new pixels from `start` on, `count` of them. */
function windowsAlong(from: number, to: number, kernel: Kernel, start: number, count: number): Windows {
  const { radius, weight } = KERNELS[kernel];
  const scale = from / to;
  const spread = Math.max(1, scale);
  const first = new Int32Array(count);
  const offsets = new Int32Array(count + 1);
  const weights = new Float32Array(count * (2 * Math.ceil(radius * spread) + 1));
  let end = 0;
  for (let i = 0, used = 0; i < count; i++) {
    const middle = (start + i + 0.5) * scale - 0.5;
    const begin = Math.max(0, Math.ceil(middle - radius * spread));
    end = Math.min(from, Math.floor(middle + radius * spread) + 1);
    first[i] = begin;
    const own = weights.subarray(used, used + end - begin);
    let sum = 0;
    for (let n = 0; n < own.length; n++) {
      own[n] = weight(Math.abs(begin + n - middle) / spread);
      sum += own[n] as number;
    }
    for (let n = 0; n < own.length; n++) own[n] = (own[n] as number) / sum;
    used += own.length;
    offsets[i + 1] = used;
  }
  return { first, offsets, weights, end };
}
