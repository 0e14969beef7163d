// The power iteration of spectral normalisation, the normalised weight and its gradient. A weight is a matrix W of
// [rows, columns]. Sums are in float64.

// Parameters, in 32-bit words.
const WEIGHT = 0; // address of W, or of the normalised W for the gradient
const ROWS = 4;
const COLUMNS = 8;
const U = 12; // address of [columns]
const V = 16; // address of [rows]
const TO_U = 20; // power iteration: address of the next u
const TO_V = 24; // power iteration: address of the next v
const TO = 28; // address of the normalised W or of the gradient of W
const SIGMA = 32; // address of sigma: written with the normalised weight, read by the gradient
const GRADIENT = 36; // address of the gradient of the normalised W

const SMALLEST: f64 = 1e-12;

function low(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1));
}

/** The sum of products of `count` neighbours. */
function dot(a: usize, b: usize, count: i32): f64 {
  let first = f64x2.splat(0);
  let second = first;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const x = v128.load(a);
    const y = v128.load(b);
    first = f64x2.add(first, f64x2.mul(low(x), low(y)));
    second = f64x2.add(second, f64x2.mul(high(x), high(y)));
    a += 16;
    b += 16;
  }
  const both = f64x2.add(first, second);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; i < count; i++) {
    sum += <f64>load<f32>(a) * <f64>load<f32>(b);
    a += 4;
    b += 4;
  }
  return sum;
}

/** Makes a vector as long as 1. */
function normalise(at: usize, count: i32): void {
  const length = sqrt<f64>(dot(at, at, count)) + SMALLEST;
  for (let i = 0; i < count; i++) {
    store<f32>(at, <f32>(<f64>load<f32>(at) / length));
    at += 4;
  }
}

/** v <- W u / |W u|, then u <- W^T v / |W^T v|. */
export function powerIterationUnit(p: usize): void {
  const rows = load<i32>(p, ROWS);
  const columns = load<i32>(p, COLUMNS);
  const step = (<usize>columns) << 2;
  const weight = load<usize>(p, WEIGHT);
  const u = load<usize>(p, TO_U);
  const v = load<usize>(p, TO_V);
  for (let row = 0; row < rows; row++) {
    store<f32>(v + ((<usize>row) << 2), <f32>dot(weight + <usize>row * step, load<usize>(p, U), columns));
  }
  normalise(v, rows);
  let c: usize = 0;
  for (; c + 16 <= step; c += 16) {
    let first = f64x2.splat(0);
    let second = first;
    let at = weight + c;
    for (let row = 0; row < rows; row++) {
      const factor = f64x2.splat(<f64>load<f32>(v + ((<usize>row) << 2)));
      const w = v128.load(at);
      first = f64x2.add(first, f64x2.mul(low(w), factor));
      second = f64x2.add(second, f64x2.mul(high(w), factor));
      at += step;
    }
    v128.store(u + c, v128.shuffle<f64>(f32x4.demote_f64x2_zero(first), f32x4.demote_f64x2_zero(second), 0, 2));
  }
  for (; c < step; c += 4) {
    let sum: f64 = 0;
    let at = weight + c;
    for (let row = 0; row < rows; row++) {
      sum += <f64>load<f32>(at) * <f64>load<f32>(v + ((<usize>row) << 2));
      at += step;
    }
    store<f32>(u + c, <f32>sum);
  }
  normalise(u, columns);
}

/** sigma = v^T W u, and W / sigma. */
export function spectralNormUnit(p: usize): void {
  const rows = load<i32>(p, ROWS);
  const columns = load<i32>(p, COLUMNS);
  const step = (<usize>columns) << 2;
  const weight = load<usize>(p, WEIGHT);
  const v = load<usize>(p, V);
  let sum: f64 = 0;
  for (let row = 0; row < rows; row++) {
    sum += <f64>load<f32>(v + ((<usize>row) << 2)) * dot(weight + <usize>row * step, load<usize>(p, U), columns);
  }
  const sigma = <f32>sum;
  store<f32>(load<usize>(p, SIGMA), sigma);
  const to = load<usize>(p, TO);
  const bytes = <usize>rows * step;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, f32x4.div(v128.load(weight + i), f32x4.splat(sigma)));
  for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(weight + i) / sigma);
}

/** (dy - sum(dy * normalised) v u^T) / sigma. */
export function spectralNormGradientUnit(p: usize): void {
  const rows = load<i32>(p, ROWS);
  const columns = load<i32>(p, COLUMNS);
  const step = (<usize>columns) << 2;
  const gradient = load<usize>(p, GRADIENT);
  const u = load<usize>(p, U);
  const sigma = load<f32>(load<usize>(p, SIGMA));
  const along = dot(gradient, load<usize>(p, WEIGHT), rows * columns);
  for (let row = 0; row < rows; row++) {
    const factor = <f32>(along * <f64>load<f32>(load<usize>(p, V) + ((<usize>row) << 2)));
    const from = gradient + <usize>row * step;
    const to = load<usize>(p, TO) + <usize>row * step;
    let c: usize = 0;
    for (; c + 16 <= step; c += 16) {
      const change = f32x4.mul(f32x4.splat(factor), v128.load(u + c));
      v128.store(to + c, f32x4.div(f32x4.sub(v128.load(from + c), change), f32x4.splat(sigma)));
    }
    for (; c < step; c += 4) store<f32>(to + c, (load<f32>(from + c) - factor * load<f32>(u + c)) / sigma);
  }
}
