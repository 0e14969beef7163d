// The transforms of Winograd's convolution F(4, 3) along one axis: 4 outputs of a filter of 3 taps from 6 inputs, by 6
// products in place of 12. A transform reads a few streams of values and writes a few; applied to the columns of a
// tile and then to its rows it gives the transform in two dimensions.
//
// The products are the values of polynomials at the points 0, A, -A, B, -B and infinity (Toom and Cook). The usual
// points 0, 1, -1, 2, -2 lose a digit; with these, and with the sums of winograd-products, the error is about that of a
// plain sum in float32 (Barabasz et al. 2020, "Error analysis and improving the accuracy of Winograd convolution").
//
// A stream is cut into panels of 8 floats, `fromStep` and `toStep` bytes apart; outputs are `toStream` bytes apart.
import { madd, nmadd } from './simd';

const A: f32 = 0.625;
const B: f32 = 1.5;
const A2: f32 = A * A;
const B2: f32 = B * B;
const A3: f32 = A * A2;
const B3: f32 = B * B2;
const PRODUCT: f32 = A2 * B2;
const SUM: f32 = A2 + B2;
const AT_ZERO: f32 = 1 / (A2 * B2);
const AT_A: f32 = 1 / (2 * A2 * (A2 - B2));
const AT_B: f32 = 1 / (2 * B2 * (B2 - A2));

/** 6 inputs to the 6 points. */
export function inputsToPoints(
  from0: usize,
  from1: usize,
  from2: usize,
  from3: usize,
  from4: usize,
  from5: usize,
  fromStep: usize,
  to: usize,
  toStream: usize,
  toStep: usize,
  panels: i32,
): void {
  for (let i = 0; i < panels; i++) {
    for (let half: usize = 0; half < 32; half += 16) {
      const d1 = v128.load(from1 + half);
      const d2 = v128.load(from2 + half);
      const d3 = v128.load(from3 + half);
      const d4 = v128.load(from4 + half);
      let at = to + half;
      v128.store(at, madd(f32x4.splat(PRODUCT), v128.load(from0 + half), nmadd(f32x4.splat(SUM), d2, d4)));
      at += toStream;
      const evenA = nmadd(f32x4.splat(B2), d2, d4);
      const oddA = nmadd(f32x4.splat(B2), d1, d3);
      v128.store(at, madd(f32x4.splat(A), oddA, evenA));
      at += toStream;
      v128.store(at, nmadd(f32x4.splat(A), oddA, evenA));
      at += toStream;
      const evenB = nmadd(f32x4.splat(A2), d2, d4);
      const oddB = nmadd(f32x4.splat(A2), d1, d3);
      v128.store(at, madd(f32x4.splat(B), oddB, evenB));
      at += toStream;
      v128.store(at, nmadd(f32x4.splat(B), oddB, evenB));
      at += toStream;
      v128.store(at, madd(f32x4.splat(PRODUCT), d1, nmadd(f32x4.splat(SUM), d3, v128.load(from5 + half))));
    }
    from0 += fromStep;
    from1 += fromStep;
    from2 += fromStep;
    from3 += fromStep;
    from4 += fromStep;
    from5 += fromStep;
    to += toStep;
  }
}

/**
 * The transpose of `inputsToPoints`. The results are added to what the 6 streams hold, of which the bits of `kept` count:
 * 0 replaces them. Streams may coincide.
 */
export function pointsToInputs(
  from: usize,
  fromStream: usize,
  fromStep: usize,
  to0: usize,
  to1: usize,
  to2: usize,
  to3: usize,
  to4: usize,
  to5: usize,
  toStep: usize,
  panels: i32,
  kept: v128,
): void {
  for (let i = 0; i < panels; i++) {
    for (let half: usize = 0; half < 32; half += 16) {
      let at = from + half;
      const n0 = v128.load(at);
      at += fromStream;
      const n1 = v128.load(at);
      at += fromStream;
      const n2 = v128.load(at);
      at += fromStream;
      const n3 = v128.load(at);
      at += fromStream;
      const n4 = v128.load(at);
      const n5 = v128.load(at + fromStream);
      const evenA = f32x4.add(n1, n2);
      const evenB = f32x4.add(n3, n4);
      const oddA = f32x4.mul(f32x4.splat(A), f32x4.sub(n1, n2));
      const oddB = f32x4.mul(f32x4.splat(B), f32x4.sub(n3, n4));
      const second = nmadd(f32x4.splat(SUM), n0, nmadd(f32x4.splat(B2), evenA, f32x4.mul(f32x4.splat(-A2), evenB)));
      const first = nmadd(f32x4.splat(A2), oddB, nmadd(f32x4.splat(B2), oddA, f32x4.mul(f32x4.splat(PRODUCT), n5)));
      add(to0 + half, f32x4.mul(f32x4.splat(PRODUCT), n0), kept);
      add(to1 + half, first, kept);
      add(to2 + half, second, kept);
      add(to3 + half, nmadd(f32x4.splat(SUM), n5, f32x4.add(oddA, oddB)), kept);
      add(to4 + half, f32x4.add(n0, f32x4.add(evenA, evenB)), kept);
      add(to5 + half, n5, kept);
    }
    from += fromStep;
    to0 += toStep;
    to1 += toStep;
    to2 += toStep;
    to3 += toStep;
    to4 += toStep;
    to5 += toStep;
  }
}

function add(to: usize, value: v128, kept: v128): void {
  v128.store(to, f32x4.add(v128.and(v128.load(to), kept), value));
}

/** The 6 points to 4 outputs. */
export function pointsToOutputs(
  from: usize,
  fromStream: usize,
  fromStep: usize,
  to: usize,
  toStream: usize,
  toStep: usize,
  panels: i32,
): void {
  for (let i = 0; i < panels; i++) {
    for (let half: usize = 0; half < 32; half += 16) {
      let at = from + half;
      const m0 = v128.load(at);
      at += fromStream;
      const m1 = v128.load(at);
      at += fromStream;
      const m2 = v128.load(at);
      at += fromStream;
      const m3 = v128.load(at);
      at += fromStream;
      const m4 = v128.load(at);
      const m5 = v128.load(at + fromStream);
      const evenA = f32x4.add(m1, m2);
      const evenB = f32x4.add(m3, m4);
      const oddA = f32x4.sub(m1, m2);
      const oddB = f32x4.sub(m3, m4);
      at = to + half;
      v128.store(at, f32x4.add(m0, f32x4.add(evenA, evenB)));
      at += toStream;
      v128.store(at, madd(f32x4.splat(A), oddA, f32x4.mul(f32x4.splat(B), oddB)));
      at += toStream;
      v128.store(at, madd(f32x4.splat(A2), evenA, f32x4.mul(f32x4.splat(B2), evenB)));
      at += toStream;
      v128.store(at, madd(f32x4.splat(A3), oddA, madd(f32x4.splat(B3), oddB, m5)));
    }
    from += fromStep;
    to += toStep;
  }
}

/** The transpose of `pointsToOutputs`. */
export function outputsToPoints(
  from0: usize,
  from1: usize,
  from2: usize,
  from3: usize,
  fromStep: usize,
  to: usize,
  toStream: usize,
  toStep: usize,
  panels: i32,
): void {
  for (let i = 0; i < panels; i++) {
    for (let half: usize = 0; half < 32; half += 16) {
      const d0 = v128.load(from0 + half);
      const d1 = v128.load(from1 + half);
      const d2 = v128.load(from2 + half);
      const d3 = v128.load(from3 + half);
      let at = to + half;
      v128.store(at, d0);
      at += toStream;
      const evenA = madd(f32x4.splat(A2), d2, d0);
      const oddA = madd(f32x4.splat(A2), d3, d1);
      v128.store(at, madd(f32x4.splat(A), oddA, evenA));
      at += toStream;
      v128.store(at, nmadd(f32x4.splat(A), oddA, evenA));
      at += toStream;
      const evenB = madd(f32x4.splat(B2), d2, d0);
      const oddB = madd(f32x4.splat(B2), d3, d1);
      v128.store(at, madd(f32x4.splat(B), oddB, evenB));
      at += toStream;
      v128.store(at, nmadd(f32x4.splat(B), oddB, evenB));
      v128.store(at + toStream, d3);
    }
    from0 += fromStep;
    from1 += fromStep;
    from2 += fromStep;
    from3 += fromStep;
    to += toStep;
  }
}

/** 3 taps of a filter to the 6 points. */
export function tapsToPoints(
  from: usize,
  fromStream: usize,
  fromStep: usize,
  to: usize,
  toStream: usize,
  toStep: usize,
  panels: i32,
): void {
  for (let i = 0; i < panels; i++) {
    for (let half: usize = 0; half < 32; half += 16) {
      let at = from + half;
      const g0 = v128.load(at);
      at += fromStream;
      const g1 = v128.load(at);
      const g2 = v128.load(at + fromStream);
      at = to + half;
      v128.store(at, f32x4.mul(f32x4.splat(AT_ZERO), g0));
      at += toStream;
      const evenA = f32x4.mul(f32x4.splat(AT_A), madd(f32x4.splat(A2), g2, g0));
      v128.store(at, madd(f32x4.splat(AT_A * A), g1, evenA));
      at += toStream;
      v128.store(at, nmadd(f32x4.splat(AT_A * A), g1, evenA));
      at += toStream;
      const evenB = f32x4.mul(f32x4.splat(AT_B), madd(f32x4.splat(B2), g2, g0));
      v128.store(at, madd(f32x4.splat(AT_B * B), g1, evenB));
      at += toStream;
      v128.store(at, nmadd(f32x4.splat(AT_B * B), g1, evenB));
      v128.store(at + toStream, g2);
    }
    from += fromStep;
    to += toStep;
  }
}

/** The transpose of `tapsToPoints`. */
export function pointsToTaps(
  from: usize,
  fromStream: usize,
  fromStep: usize,
  to: usize,
  toStream: usize,
  toStep: usize,
  panels: i32,
): void {
  for (let i = 0; i < panels; i++) {
    for (let half: usize = 0; half < 32; half += 16) {
      let at = from + half;
      const w0 = v128.load(at);
      at += fromStream;
      const w1 = v128.load(at);
      at += fromStream;
      const w2 = v128.load(at);
      at += fromStream;
      const w3 = v128.load(at);
      at += fromStream;
      const w4 = v128.load(at);
      const w5 = v128.load(at + fromStream);
      const evenA = f32x4.mul(f32x4.splat(AT_A), f32x4.add(w1, w2));
      const evenB = f32x4.mul(f32x4.splat(AT_B), f32x4.add(w3, w4));
      const oddA = f32x4.mul(f32x4.splat(AT_A * A), f32x4.sub(w1, w2));
      const oddB = f32x4.mul(f32x4.splat(AT_B * B), f32x4.sub(w3, w4));
      at = to + half;
      v128.store(at, madd(f32x4.splat(AT_ZERO), w0, f32x4.add(evenA, evenB)));
      at += toStream;
      v128.store(at, f32x4.add(oddA, oddB));
      at += toStream;
      v128.store(at, madd(f32x4.splat(A2), evenA, madd(f32x4.splat(B2), evenB, w5)));
    }
    from += fromStep;
    to += toStep;
  }
}
