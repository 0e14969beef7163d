import type * as tf from '@tensorflow/tfjs';

/** Sizes of a convolution under test. */
export interface ConvolutionCase {
  readonly input: [number, number, number, number];
  readonly kernel: readonly [number, number];
  readonly outputs: number;
  readonly stride: number;
  readonly padding: readonly [number, number, number, number];
  /** What lies in the padding. @default zeros */
  readonly border?: 'reflect';
}

/** Repeatable values in [-1, 1), off zero on average when `shift` says so. */
export function values(count: number, seed: number, shift = 0): Float32Array {
  let state = seed * 2654435761 + 12345;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1 + shift;
  });
}

export function outputShape({ input, kernel, outputs, stride, padding }: ConvolutionCase) {
  const [samples, height, width] = input;
  const [top, bottom, left, right] = padding;
  const outHeight = Math.floor((height + top + bottom - kernel[0]) / stride) + 1;
  const outWidth = Math.floor((width + left + right - kernel[1]) / stride) + 1;
  return [samples, outHeight, outWidth, outputs] as [number, number, number, number];
}

/** Calls `visit` with the flat indices of every product x * filter that a convolution adds to y. */
export function eachProduct(c: ConvolutionCase, visit: (x: number, filter: number, y: number) => void): void {
  const [samples, height, width, channels] = c.input;
  const [, outHeight, outWidth, outputs] = outputShape(c);
  for (let n = 0; n < samples; n++)
    for (let oy = 0; oy < outHeight; oy++)
      for (let ox = 0; ox < outWidth; ox++)
        for (let ky = 0; ky < c.kernel[0]; ky++)
          for (let kx = 0; kx < c.kernel[1]; kx++) {
            const iy = source(oy * c.stride + ky - c.padding[0], height, c.border);
            const ix = source(ox * c.stride + kx - c.padding[2], width, c.border);
            if (iy < 0 || ix < 0 || iy >= height || ix >= width) continue;
            const x = ((n * height + iy) * width + ix) * channels;
            const filter = (ky * c.kernel[1] + kx) * channels * outputs;
            const y = ((n * outHeight + oy) * outWidth + ox) * outputs;
            for (let i = 0; i < channels; i++)
              for (let o = 0; o < outputs; o++) visit(x + i, filter + i * outputs + o, y + o);
          }
}

/** Where a row or column of the padded input comes from. */
function source(i: number, size: number, border: 'reflect' | undefined): number {
  return border === undefined ? i : size - 1 - Math.abs(size - 1 - Math.abs(i));
}

/** Largest difference between a tensor and float64 values, relative to the largest of these. */
export function relativeError(actual: Float32Array, expected: Float64Array): number {
  let error = 0;
  let largest = 1e-30;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((actual[i] as number) - (expected[i] as number));
    if (!(difference <= error)) error = difference;
    largest = Math.max(largest, Math.abs(expected[i] as number));
  }
  return error / largest;
}

export function floats(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync() as Float32Array;
}

/** Whether two lists of results hold the same bits. */
export function sameBits(actual: readonly Float32Array[], expected: readonly Float32Array[]): boolean {
  const bytes = (array: Float32Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  return actual.length === expected.length && actual.every((array, i) => bytes(array).equals(bytes(expected[i]!)));
}
