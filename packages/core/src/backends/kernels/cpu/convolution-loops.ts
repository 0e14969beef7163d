/** Sizes of one convolution: x `[batch, height, width, inputs]`, y `[batch, outHeight, outWidth, outputs]`. */
export interface ConvolutionSizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outputs: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly top: number;
  readonly left: number;
  /** What lies beyond the input: zeros, or the input reflected. */
  readonly border: 'zero' | 'reflect';
}

/**
 * Calls `visit` for every pair of an output pixel and an input pixel that a filter position joins, output pixels in
 * order. Arguments are offsets of the first channel: of the output pixel in y, of the input pixel in x, and of the
 * position's matrix `[inputs, outputs]` in the filter.
 */
function forEachTap(s: ConvolutionSizes, visit: (y: number, x: number, filter: number) => void): void {
  for (let n = 0; n < s.batch; n++) {
    for (let oy = 0; oy < s.outHeight; oy++) {
      for (let ox = 0; ox < s.outWidth; ox++) {
        const y = ((n * s.outHeight + oy) * s.outWidth + ox) * s.outputs;
        for (let ky = 0; ky < s.kernelHeight; ky++) {
          const iy = inside(oy * s.stride + ky - s.top, s.height, s.border);
          if (iy < 0) continue;
          for (let kx = 0; kx < s.kernelWidth; kx++) {
            const ix = inside(ox * s.stride + kx - s.left, s.width, s.border);
            if (ix < 0) continue;
            const x = ((n * s.height + iy) * s.width + ix) * s.inputs;
            visit(y, x, (ky * s.kernelWidth + kx) * s.inputs * s.outputs);
          }
        }
      }
    }
  }
}

/** The coordinate that is read at `i`; -1 where a zero lies. */
function inside(i: number, size: number, border: 'zero' | 'reflect'): number {
  if (i >= 0 && i < size) return i;
  return border === 'zero' ? -1 : i < 0 ? -i : 2 * (size - 1) - i;
}

/** y = activate(x * filter (+ bias)); sums in float64, so that the result is as exact as float32 can hold. */
export function convolve(
  s: ConvolutionSizes,
  x: Float32Array,
  filter: Float32Array,
  bias: Float32Array | undefined,
  activate: (sum: number) => number,
): Float32Array {
  const sums = new Float64Array(s.batch * s.outHeight * s.outWidth * s.outputs);
  if (bias !== undefined) for (let i = 0; i < sums.length; i++) sums[i] = bias[i % s.outputs] as number;
  forEachTap(s, (y, pixel, tap) => {
    for (let i = 0; i < s.inputs; i++) {
      const value = x[pixel + i] as number;
      const row = tap + i * s.outputs;
      for (let o = 0; o < s.outputs; o++) (sums[y + o] as number) += value * (filter[row + o] as number);
    }
  });
  return Float32Array.from(sums, activate);
}

/** The gradient of {@link convolve} with respect to x. */
export function convolveInputGradient(s: ConvolutionSizes, dy: Float32Array, filter: Float32Array): Float32Array {
  const sums = new Float64Array(s.batch * s.height * s.width * s.inputs);
  forEachTap(s, (y, pixel, tap) => {
    for (let i = 0; i < s.inputs; i++) {
      const row = tap + i * s.outputs;
      let sum = 0;
      for (let o = 0; o < s.outputs; o++) sum += (dy[y + o] as number) * (filter[row + o] as number);
      (sums[pixel + i] as number) += sum;
    }
  });
  return Float32Array.from(sums);
}

/** The gradient of {@link convolve} with respect to the filter. */
export function convolveFilterGradient(s: ConvolutionSizes, x: Float32Array, dy: Float32Array): Float32Array {
  const sums = new Float64Array(s.kernelHeight * s.kernelWidth * s.inputs * s.outputs);
  forEachTap(s, (y, pixel, tap) => {
    for (let i = 0; i < s.inputs; i++) {
      const value = x[pixel + i] as number;
      const row = tap + i * s.outputs;
      for (let o = 0; o < s.outputs; o++) (sums[row + o] as number) += value * (dy[y + o] as number);
    }
  });
  return Float32Array.from(sums);
}
