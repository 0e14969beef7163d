/**
 * The operations of the model in float64 and plain loops, written from their formulas and sharing nothing with the
 * code under test: what every backend is compared with.
 */

/** Values in row-major order; images are `[batch, height, width, channels]`. */
export interface Array64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export type Padding = readonly [top: number, bottom: number, left: number, right: number];

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

export function zeros(shape: readonly number[]): Array64 {
  return { shape, data: new Float64Array(sizeOf(shape)) };
}

/** The value at these indices, 0 outside of the array. */
function at({ shape, data }: Array64, n: number, y: number, x: number, c: number): number {
  const [, height, width, channels] = shape as [number, number, number, number];
  return y < 0 || x < 0 || y >= height || x >= width ? 0 : data[((n * height + y) * width + x) * channels + c]!;
}

/** A new array, each value computed from its indices. */
function build(
  shape: readonly [number, number, number, number],
  value: (n: number, y: number, x: number, c: number) => number,
): Array64 {
  const [batch, height, width, channels] = shape;
  const data: number[] = [];
  for (let n = 0; n < batch; n++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) data.push(value(n, y, x, c));
  return { shape, data: Float64Array.from(data) };
}

export function convolution64(x: Array64, filter: Array64, stride: number, padding: Padding, bias?: Array64): Array64 {
  const [batch, height, width] = x.shape as [number, number, number];
  const [kernelHeight, kernelWidth, inputs, outputs] = filter.shape as [number, number, number, number];
  const [top, bottom, left, right] = padding;
  const outHeight = Math.floor((height + top + bottom - kernelHeight) / stride) + 1;
  const outWidth = Math.floor((width + left + right - kernelWidth) / stride) + 1;
  return build([batch, outHeight, outWidth, outputs], (n, oy, ox, o) => {
    let sum = bias === undefined ? 0 : bias.data[o]!;
    for (let ky = 0; ky < kernelHeight; ky++)
      for (let kx = 0; kx < kernelWidth; kx++)
        for (let i = 0; i < inputs; i++) {
          sum += at(x, n, oy * stride + ky - top, ox * stride + kx - left, i) * at(filter, ky, kx, i, o);
        }
    return sum;
  });
}

/** For every input pixel, the outputs that it took part in: the transposed convolution. */
export function inputGradient64(
  dy: Array64,
  filter: Array64,
  inputShape: readonly [number, number, number, number],
  stride: number,
  [top, , left]: Padding,
): Array64 {
  const [kernelHeight, kernelWidth, , outputs] = filter.shape as [number, number, number, number];
  return build(inputShape, (n, y, x, i) => {
    let sum = 0;
    for (let ky = 0; ky < kernelHeight; ky++)
      for (let kx = 0; kx < kernelWidth; kx++) {
        const [oy, ox] = [(y + top - ky) / stride, (x + left - kx) / stride];
        if (!Number.isInteger(oy) || !Number.isInteger(ox)) continue;
        for (let o = 0; o < outputs; o++) sum += at(dy, n, oy, ox, o) * at(filter, ky, kx, i, o);
      }
    return sum;
  });
}

export function filterGradient64(
  x: Array64,
  dy: Array64,
  filterShape: readonly [number, number, number, number],
  stride: number,
  [top, , left]: Padding,
): Array64 {
  const [batch, outHeight, outWidth] = dy.shape as [number, number, number];
  return build(filterShape, (ky, kx, i, o) => {
    let sum = 0;
    for (let n = 0; n < batch; n++)
      for (let oy = 0; oy < outHeight; oy++)
        for (let ox = 0; ox < outWidth; ox++) {
          sum += at(x, n, oy * stride + ky - top, ox * stride + kx - left, i) * at(dy, n, oy, ox, o);
        }
    return sum;
  });
}

export function reflectionPad64(x: Array64, pad: number): Array64 {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const mirror = (i: number, size: number) => (i < 0 ? -i : i >= size ? 2 * size - 2 - i : i);
  return build([batch, height + 2 * pad, width + 2 * pad, channels], (n, y, z, c) =>
    at(x, n, mirror(y - pad, height), mirror(z - pad, width), c),
  );
}

/** The shape of an image after {@link reflectionPad64}. */
export function reflectedShape(
  [batch, height, width, channels]: readonly [number, number, number, number],
  pad: number,
): [number, number, number, number] {
  return [batch, height + 2 * pad, width + 2 * pad, channels];
}

/** For every pixel, what became of its copies. */
export function reflectionPadGradient64(dy: Array64, pad: number): Array64 {
  const [batch, height, width, channels] = dy.shape as [number, number, number, number];
  const copies = (i: number, size: number) => [i, -i, 2 * size - 2 - i].filter((copy, k) => k === 0 || copy !== i);
  const inner = [batch, height - 2 * pad, width - 2 * pad, channels] as const;
  return build(inner, (n, y, x, c) => {
    let sum = 0;
    for (const cy of copies(y, inner[1])) for (const cx of copies(x, inner[2])) sum += at(dy, n, cy + pad, cx + pad, c);
    return sum;
  });
}

/** @param activation none if absent */
export function activate64(
  { shape, data }: Array64,
  activation: { readonly kind: string; readonly slope?: number } = { kind: 'none' },
): Array64 {
  if (activation.kind === 'none') return { shape, data };
  if (activation.kind === 'tanh') return { shape, data: data.map(Math.tanh) };
  return { shape, data: data.map((value) => (value > 0 ? value : value * (activation.slope ?? 0))) };
}

/** @param negativeSlope what follows: 1 for nothing, 0 for ReLU, else the slope of a leaky ReLU */
export function instanceNorm64(x: Array64, negativeSlope: number, residual?: Array64): Array64 {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const pixels = height * width;
  const mean = zeros([batch, channels]);
  const variance = zeros([batch, channels]);
  const forEach = (visit: (entry: number, value: number) => void) => {
    for (const [i, value] of x.data.entries()) {
      visit(Math.floor(i / (pixels * channels)) * channels + (i % channels), value);
    }
  };
  forEach((entry, value) => {
    mean.data[entry]! += value / pixels;
  });
  forEach((entry, value) => {
    variance.data[entry]! += (value - mean.data[entry]!) ** 2 / pixels;
  });
  return build([batch, height, width, channels], (n, y, z, c) => {
    const entry = n * channels + c;
    const normal = (at(x, n, y, z, c) - mean.data[entry]!) / Math.sqrt(variance.data[entry]! + 1e-5);
    return (normal > 0 ? normal : normal * negativeSlope) + (residual === undefined ? 0 : at(residual, n, y, z, c));
  });
}

/** The sample that each row of a set belongs to. */
function owners(counts: readonly number[]): number[] {
  return counts.flatMap((count, sample) => new Array<number>(count).fill(sample));
}

export function setSum64(x: Array64, counts: readonly number[]): Array64 {
  const owner = owners(counts);
  const [, height, width, channels] = x.shape as [number, number, number, number];
  return build([counts.length, height, width, channels], (sample, y, z, c) =>
    owner.reduce((sum, own, row) => (own === sample ? sum + at(x, row, y, z, c) : sum), 0),
  );
}

export function setSpread64(x: Array64, counts: readonly number[]): Array64 {
  const owner = owners(counts);
  const [, height, width, channels] = x.shape as [number, number, number, number];
  return build([owner.length, height, width, channels], (row, y, z, c) => at(x, owner[row]!, y, z, c));
}

/** Each pixel as a block of 2x2. */
export function nearestUpsampling64(x: Array64): Array64 {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  return build([batch, 2 * height, 2 * width, channels], (row, y, z, c) => at(x, row, y >> 1, z >> 1, c));
}

/** The sum of each block of 2x2 pixels. */
export function blockSum64(x: Array64): Array64 {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  return build([batch, height / 2, width / 2, channels], (row, y, z, c) => {
    const [top, left] = [2 * y, 2 * z];
    return (
      at(x, row, top, left, c) +
      at(x, row, top, left + 1, c) +
      at(x, row, top + 1, left, c) +
      at(x, row, top + 1, left + 1, c)
    );
  });
}

/** Each image moved down and to the right by whole pixels, after zeros. */
export function shift64(x: Array64, offsets: Array64): Array64 {
  const shape = x.shape as [number, number, number, number];
  const [, height, width] = shape;
  return build(shape, (row, y, z, c) => {
    const [fromY, fromZ] = [y - offsets.data[2 * row]!, z - offsets.data[2 * row + 1]!];
    return fromY >= 0 && fromY < height && fromZ >= 0 && fromZ < width ? at(x, row, fromY, fromZ, c) : 0;
  });
}

/** Saturation, then contrast: distances from the mean of a pixel, then from that of an image, by factors of their own. */
export function recolour64(x: Array64, saturation: Array64, contrast: Array64): Array64 {
  const shape = x.shape as [number, number, number, number];
  const [, height, width, channels] = shape;
  const saturated = build(shape, (row, y, z, c) => {
    let mean = 0;
    for (let each = 0; each < channels; each++) mean += at(x, row, y, z, each) / channels;
    return mean + saturation.data[row]! * (at(x, row, y, z, c) - mean);
  });
  const size = height * width * channels;
  return build(shape, (row, y, z, c) => {
    const mean = saturated.data.subarray(row * size, (row + 1) * size).reduce((sum, value) => sum + value / size, 0);
    return mean + contrast.data[row]! * (at(saturated, row, y, z, c) - mean);
  });
}

export function absoluteDifferenceSum64(x: Array64, target: Array64, scale: number): Array64 {
  const sum = x.data.reduce((total, value, i) => total + Math.abs(value - target.data[i]!), 0);
  return { shape: [], data: Float64Array.of(scale * sum) };
}

export function squaredDifferenceSum64(x: Array64, target: number, scale: number): Array64 {
  return { shape: [], data: Float64Array.of(scale * x.data.reduce((sum, value) => sum + (value - target) ** 2, 0)) };
}

/** The L1 distance of two images where the masks of neither cover them. */
export function uncoveredDifferenceSum64(
  image: Array64,
  masks: Array64,
  otherImage: Array64,
  otherMasks: Array64,
  counts: readonly number[],
  scale: number,
): Array64 {
  const owner = owners(counts);
  const [, height, width, channels] = image.shape as [number, number, number, number];
  let total = 0;
  for (let i = 0; i < image.data.length; i++) {
    const pixel = Math.floor(i / channels);
    const sample = Math.floor(pixel / (height * width));
    const place = pixel % (height * width);
    const covered = owner.reduce((sum, own, row) => {
      if (own !== sample) return sum;
      const value = masks.data[row * height * width + place]! + otherMasks.data[row * height * width + place]!;
      return sum + value / 2 + 1;
    }, 0);
    const weight = 1 - Math.min(1, Math.max(0, covered));
    total += weight * Math.abs(image.data[i]! - otherImage.data[i]!);
  }
  return { shape: [], data: Float64Array.of(scale * total) };
}

/** W u for the matrix W `[kernel * inputs, outputs]` of a filter. */
function timesU(weight: Array64, u: Array64): Float64Array {
  const outputs = u.data.length;
  const product = new Float64Array(weight.data.length / outputs);
  for (const [i, value] of weight.data.entries()) product[Math.floor(i / outputs)]! += value * u.data[i % outputs]!;
  return product;
}

/** `weight / (v^T W u)`. */
export function spectralNorm64(weight: Array64, u: Array64, v: Array64): Array64 {
  const sigma = timesU(weight, u).reduce((sum, value, i) => sum + value * v.data[i]!, 0);
  return { shape: weight.shape, data: weight.data.map((value) => value / sigma) };
}

/** One power iteration: `[...u, ...v]`, first u. */
export function powerIteration64(weight: Array64, u: Array64): Array64 {
  const unit = (vector: Float64Array) => {
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value ** 2, 0));
    return vector.map((value) => value / length);
  };
  const v = unit(timesU(weight, u));
  const outputs = u.data.length;
  const back = new Float64Array(outputs);
  for (const [i, value] of weight.data.entries()) back[i % outputs]! += value * v[Math.floor(i / outputs)]!;
  return { shape: [outputs + v.length], data: Float64Array.from([...unit(back), ...v]) };
}

export interface AdamState64 {
  parameter: Float64Array;
  m: Float64Array;
  v: Float64Array;
}

/** One step of PyTorch's `optim.Adam` (epsilon 1e-8, no weight decay), in place; `step` is 1 at the first. */
export function adamStep64(
  state: AdamState64,
  gradient: ArrayLike<number>,
  { learningRate, beta1, beta2, step }: { learningRate: number; beta1: number; beta2: number; step: number },
): void {
  const stepSize = learningRate / (1 - beta1 ** step);
  const correction = Math.sqrt(1 - beta2 ** step);
  for (let i = 0; i < state.parameter.length; i++) {
    const g = gradient[i]!;
    state.m[i] = state.m[i]! * beta1 + g * (1 - beta1);
    state.v[i] = state.v[i]! * beta2 + g * g * (1 - beta2);
    state.parameter[i]! -= (stepSize * state.m[i]!) / (Math.sqrt(state.v[i]!) / correction + 1e-8);
  }
}

/** Largest distance, relative to the largest expected magnitude; infinite if lengths differ or a value is not a number. */
export function relativeDistance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let distance = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!(difference <= distance)) distance = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return largest === 0 ? distance : distance / largest;
}
