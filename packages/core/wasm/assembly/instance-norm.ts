// Instance normalisation and its gradient, in three passes: sums over blocks of pixels, the statistics of each sample
// and channel, and the values. Sums are in float64, in the order of the blocks, which depend on the shape alone.
import { min } from './simd';

// Parameters, in 32-bit words.
const INPUT = 0; // address of [samples, pixels, channels]
const OUTPUT = 4;
const SECOND = 8; // forward: residual or 0; gradient: gradient of the output
const PIXELS = 12;
const CHANNELS = 16;
const BLOCK_PIXELS = 20;
const BLOCKS = 24; // per sample
const SUMS = 28; // address of f64 [samples, blocks, 2, channels]
const MEAN = 32; // address of [samples, channels]
const INVERSE = 36; // address of [samples, channels]
const MEANS = 40; // gradient only: address of [samples, 2, channels], means of the gradient and of gradient * normal
const ACTIVATION = 44; // 0 none, 1 otherwise
const SLOPE = 48; // f32: factor for negative values
const EPSILON = 52; // f32

function low(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1));
}

/** Values above 0 as they are, others times the slope. */
function activate(v: v128, slope: v128): v128 {
  return v128.bitselect(v, f32x4.mul(v, slope), f32x4.gt(v, f32x4.splat(0)));
}

/** Sums of the values and of their squares over one block. */
export function normSumsUnit(p: usize, unit: i32): void {
  const channels = load<i32>(p, CHANNELS);
  const pixels = load<i32>(p, PIXELS);
  const blocks = load<i32>(p, BLOCKS);
  const blockPixels = load<i32>(p, BLOCK_PIXELS);
  const first = (unit % blocks) * blockPixels;
  const count = min(blockPixels, pixels - first);
  const step = (<usize>channels) << 2;
  const from = load<usize>(p, INPUT) + <usize>((unit / blocks) * pixels + first) * step;
  const to = load<usize>(p, SUMS) + ((<usize>(unit * channels)) << 4);
  let c = 0;
  for (; c + 4 <= channels; c += 4) {
    let at = from + ((<usize>c) << 2);
    let sumLow = f64x2.splat(0);
    let sumHigh = sumLow;
    let squareLow = sumLow;
    let squareHigh = sumLow;
    for (let i = 0; i < count; i++) {
      const v = v128.load(at);
      const a = low(v);
      const b = high(v);
      sumLow = f64x2.add(sumLow, a);
      sumHigh = f64x2.add(sumHigh, b);
      squareLow = f64x2.add(squareLow, f64x2.mul(a, a));
      squareHigh = f64x2.add(squareHigh, f64x2.mul(b, b));
      at += step;
    }
    storeSums(to, channels, c, sumLow, sumHigh, squareLow, squareHigh);
  }
  for (; c < channels; c++) {
    let at = from + ((<usize>c) << 2);
    let sum: f64 = 0;
    let square: f64 = 0;
    for (let i = 0; i < count; i++) {
      const v = <f64>load<f32>(at);
      sum += v;
      square += v * v;
      at += step;
    }
    store<f64>(to + ((<usize>c) << 3), sum);
    store<f64>(to + ((<usize>(channels + c)) << 3), square);
  }
}

function storeSums(to: usize, channels: i32, c: i32, aLow: v128, aHigh: v128, bLow: v128, bHigh: v128): void {
  const a = to + ((<usize>c) << 3);
  v128.store(a, aLow);
  v128.store(a, aHigh, 16);
  const b = a + ((<usize>channels) << 3);
  v128.store(b, bLow);
  v128.store(b, bHigh, 16);
}

/** The sum over the blocks of sample `sample` of entry `entry` of [2, channels]. */
function total(p: usize, sample: i32, entry: i32): f64 {
  const blocks = load<i32>(p, BLOCKS);
  const step = (<usize>load<i32>(p, CHANNELS)) << 4;
  let at = load<usize>(p, SUMS) + <usize>(sample * blocks) * step + ((<usize>entry) << 3);
  let sum: f64 = 0;
  for (let i = 0; i < blocks; i++) {
    sum += load<f64>(at);
    at += step;
  }
  return sum;
}

/** Mean and inverse deviation of each channel of sample `unit`. */
export function normStatisticsUnit(p: usize, unit: i32): void {
  const channels = load<i32>(p, CHANNELS);
  const pixels = <f64>load<i32>(p, PIXELS);
  const epsilon = <f64>load<f32>(p, EPSILON);
  for (let c = 0; c < channels; c++) {
    const mean = total(p, unit, c) / pixels;
    const variance = max<f64>(total(p, unit, channels + c) / pixels - mean * mean, 0);
    const offset = (<usize>(unit * channels + c)) << 2;
    store<f32>(load<usize>(p, MEAN) + offset, <f32>mean);
    store<f32>(load<usize>(p, INVERSE) + offset, <f32>(1 / sqrt<f64>(variance + epsilon)));
  }
}

/** The normalised values of one block: activation, then the residual. */
export function normValuesUnit(p: usize, unit: i32): void {
  const channels = load<i32>(p, CHANNELS);
  const pixels = load<i32>(p, PIXELS);
  const blocks = load<i32>(p, BLOCKS);
  const blockPixels = load<i32>(p, BLOCK_PIXELS);
  const sample = unit / blocks;
  const first = (unit % blocks) * blockPixels;
  const count = min(blockPixels, pixels - first);
  const step = (<usize>channels) << 2;
  const offset = <usize>(sample * pixels + first) * step;
  const from = load<usize>(p, INPUT) + offset;
  const to = load<usize>(p, OUTPUT) + offset;
  const residual = load<usize>(p, SECOND);
  const mean = load<usize>(p, MEAN) + <usize>sample * step;
  const inverse = load<usize>(p, INVERSE) + <usize>sample * step;
  const activates = load<i32>(p, ACTIVATION) !== 0;
  const slope = load<f32>(p, SLOPE);
  const slopes = f32x4.splat(slope);
  let c: usize = 0;
  for (; c + 16 <= step; c += 16) {
    const m = v128.load(mean + c);
    const d = v128.load(inverse + c);
    const end = c + <usize>count * step;
    if (residual !== 0) {
      const and = residual + offset;
      for (let i = c; i < end; i += step) {
        let v = f32x4.mul(f32x4.sub(v128.load(from + i), m), d);
        if (activates) v = activate(v, slopes);
        v128.store(to + i, f32x4.add(v, v128.load(and + i)));
      }
    } else if (activates) {
      for (let i = c; i < end; i += step) {
        v128.store(to + i, activate(f32x4.mul(f32x4.sub(v128.load(from + i), m), d), slopes));
      }
    } else {
      for (let i = c; i < end; i += step) {
        v128.store(to + i, f32x4.mul(f32x4.sub(v128.load(from + i), m), d));
      }
    }
  }
  for (; c < step; c += 4) {
    const m = load<f32>(mean + c);
    const d = load<f32>(inverse + c);
    const end = c + <usize>count * step;
    for (let i = c; i < end; i += step) {
      let v = (load<f32>(from + i) - m) * d;
      if (activates && !(v > 0)) v *= slope;
      if (residual !== 0) v += load<f32>(residual + offset + i);
      store<f32>(to + i, v);
    }
  }
}

/** Sums over one block of the gradient before the activation, and of that times the normalised value. */
export function normGradientSumsUnit(p: usize, unit: i32): void {
  const channels = load<i32>(p, CHANNELS);
  const pixels = load<i32>(p, PIXELS);
  const blocks = load<i32>(p, BLOCKS);
  const blockPixels = load<i32>(p, BLOCK_PIXELS);
  const sample = unit / blocks;
  const first = (unit % blocks) * blockPixels;
  const count = min(blockPixels, pixels - first);
  const step = (<usize>channels) << 2;
  const offset = <usize>(sample * pixels + first) * step;
  const from = load<usize>(p, INPUT) + offset;
  const gradient = load<usize>(p, SECOND) + offset;
  const mean = load<usize>(p, MEAN) + <usize>sample * step;
  const inverse = load<usize>(p, INVERSE) + <usize>sample * step;
  const activates = load<i32>(p, ACTIVATION) !== 0;
  const slope = load<f32>(p, SLOPE);
  const slopes = f32x4.splat(slope);
  const zero = f32x4.splat(0);
  const to = load<usize>(p, SUMS) + ((<usize>(unit * channels)) << 4);
  let c: usize = 0;
  for (; c + 16 <= step; c += 16) {
    const m = v128.load(mean + c);
    const d = v128.load(inverse + c);
    const end = c + <usize>count * step;
    let sumLow = f64x2.splat(0);
    let sumHigh = sumLow;
    let alongLow = sumLow;
    let alongHigh = sumLow;
    for (let i = c; i < end; i += step) {
      const v = f32x4.mul(f32x4.sub(v128.load(from + i), m), d);
      let g = v128.load(gradient + i);
      if (activates) g = v128.bitselect(g, f32x4.mul(g, slopes), f32x4.gt(v, zero));
      const along = f32x4.mul(g, v);
      sumLow = f64x2.add(sumLow, low(g));
      sumHigh = f64x2.add(sumHigh, high(g));
      alongLow = f64x2.add(alongLow, low(along));
      alongHigh = f64x2.add(alongHigh, high(along));
    }
    storeSums(to, channels, <i32>(c >> 2), sumLow, sumHigh, alongLow, alongHigh);
  }
  for (; c < step; c += 4) {
    const m = load<f32>(mean + c);
    const d = load<f32>(inverse + c);
    const end = c + <usize>count * step;
    let sum: f64 = 0;
    let along: f64 = 0;
    for (let i = c; i < end; i += step) {
      const v = (load<f32>(from + i) - m) * d;
      let g = load<f32>(gradient + i);
      if (activates && !(v > 0)) g *= slope;
      sum += <f64>g;
      along += <f64>(g * v);
    }
    store<f64>(to + (c << 1), sum);
    store<f64>(to + ((step + c) << 1), along);
  }
}

/** Both means of each channel of sample `unit`. */
export function normGradientMeansUnit(p: usize, unit: i32): void {
  const entries = 2 * load<i32>(p, CHANNELS);
  const pixels = <f64>load<i32>(p, PIXELS);
  for (let i = 0; i < entries; i++) {
    const to = load<usize>(p, MEANS) + ((<usize>(unit * entries + i)) << 2);
    store<f32>(to, <f32>(total(p, unit, i) / pixels));
  }
}

/** inverse * (gradient - mean of it - normal * mean of (gradient * normal)) for one block. */
export function normGradientValuesUnit(p: usize, unit: i32): void {
  const channels = load<i32>(p, CHANNELS);
  const pixels = load<i32>(p, PIXELS);
  const blocks = load<i32>(p, BLOCKS);
  const blockPixels = load<i32>(p, BLOCK_PIXELS);
  const sample = unit / blocks;
  const first = (unit % blocks) * blockPixels;
  const count = min(blockPixels, pixels - first);
  const step = (<usize>channels) << 2;
  const offset = <usize>(sample * pixels + first) * step;
  const from = load<usize>(p, INPUT) + offset;
  const gradient = load<usize>(p, SECOND) + offset;
  const to = load<usize>(p, OUTPUT) + offset;
  const mean = load<usize>(p, MEAN) + <usize>sample * step;
  const inverse = load<usize>(p, INVERSE) + <usize>sample * step;
  const means = load<usize>(p, MEANS) + <usize>(2 * sample) * step;
  const activates = load<i32>(p, ACTIVATION) !== 0;
  const slope = load<f32>(p, SLOPE);
  const slopes = f32x4.splat(slope);
  const zero = f32x4.splat(0);
  let c: usize = 0;
  for (; c + 16 <= step; c += 16) {
    const m = v128.load(mean + c);
    const d = v128.load(inverse + c);
    const meanGradient = v128.load(means + c);
    const meanAlong = v128.load(means + step + c);
    const end = c + <usize>count * step;
    for (let i = c; i < end; i += step) {
      const v = f32x4.mul(f32x4.sub(v128.load(from + i), m), d);
      let g = v128.load(gradient + i);
      if (activates) g = v128.bitselect(g, f32x4.mul(g, slopes), f32x4.gt(v, zero));
      v128.store(to + i, f32x4.mul(d, f32x4.sub(f32x4.sub(g, meanGradient), f32x4.mul(v, meanAlong))));
    }
  }
  for (; c < step; c += 4) {
    const m = load<f32>(mean + c);
    const d = load<f32>(inverse + c);
    const meanGradient = load<f32>(means + c);
    const meanAlong = load<f32>(means + step + c);
    const end = c + <usize>count * step;
    for (let i = c; i < end; i += step) {
      const v = (load<f32>(from + i) - m) * d;
      let g = load<f32>(gradient + i);
      if (activates && !(v > 0)) g *= slope;
      store<f32>(to + i, d * (g - meanGradient - v * meanAlong));
    }
  }
}
