import type { SizePx } from '../../data/transform-draw.ts';

/** Of the Gaussian window, in pixels; it is cut off at 3.5 of them, which makes 11x11. */
const SIGMA_PX = 1.5;
const RADIUS_PX = 5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

const WINDOW = gaussianWindow();

/**
 * Structural similarity of two images in some pixels (Wang et al. 2004, Gaussian window of 1.5 pixels, 11x11): the mean over the region
 * and the channels. Windows look only at pixels that count, so that what happens inside of objects does not leak into
 * their surroundings. Beyond the edge the image is mirrored.
 *
 * @param image RGB bytes, `[height, width, 3]`
 * @param seen what windows look at, `[height, width]`, not 0
 * @param region over what the mean is taken: a part of `seen`
 * @returns -1 … 1; NaN if the region is empty
 */
export function ssim(
  image: Uint8Array,
  other: Uint8Array,
  size: SizePx,
  { seen, region }: { readonly seen: Uint8Array; readonly region: Uint8Array },
): number {
  const weights = Float64Array.from(seen, (value) => (value === 0 ? 0 : 1));
  const mass = blurred(weights, size);
  let [sum, count] = [0, 0];
  for (let channel = 0; channel < 3; channel++) {
    const mean = (value: (i: number) => number) =>
      blurred(
        weights.map((weight, i) => (weight === 0 ? 0 : value(i))),
        size,
      );
    const x = (i: number) => image[3 * i + channel] as number;
    const y = (i: number) => other[3 * i + channel] as number;
    const [mx, my, mxx, myy, mxy] = [
      mean(x),
      mean(y),
      mean((i) => x(i) ** 2),
      mean((i) => y(i) ** 2),
      mean((i) => x(i) * y(i)),
    ];
    for (let i = 0; i < weights.length; i++) {
      if (region[i] === 0) continue;
      const weight = 1 / (mass[i] as number);
      const [ux, uy] = [weight * (mx[i] as number), weight * (my[i] as number)];
      const vx = weight * (mxx[i] as number) - ux * ux;
      const vy = weight * (myy[i] as number) - uy * uy;
      const vxy = weight * (mxy[i] as number) - ux * uy;
      sum += ((2 * ux * uy + C1) * (2 * vxy + C2)) / ((ux * ux + uy * uy + C1) * (vx + vy + C2));
      count++;
    }
  }
  return sum / count;
}

/** Convolved with the window along rows, then columns. */
function blurred(values: Float64Array, { width, height }: SizePx): Float64Array {
  const rows = new Float64Array(values.length);
  const result = new Float64Array(values.length);
  blurLines(values, rows, { count: height, apart: width, length: width, step: 1 });
  blurLines(rows, result, { count: width, apart: 1, length: height, step: width });
  return result;
}

interface Lines {
  readonly count: number;
  /** Between the first values of two lines. */
  readonly apart: number;
  readonly length: number;
  /** Between two values of a line. */
  readonly step: number;
}

function blurLines(from: Float64Array, to: Float64Array, { count, apart, length, step }: Lines): void {
  for (let line = 0; line < count; line++) {
    for (let place = 0; place < length; place++) {
      let sum = 0;
      for (let offset = -RADIUS_PX; offset <= RADIUS_PX; offset++) {
        const index = line * apart + mirrored(place + offset, length) * step;
        sum += (WINDOW[offset + RADIUS_PX] as number) * (from[index] as number);
      }
      to[line * apart + place * step] = sum;
    }
  }
}

/** The place in a line that a place beyond its ends shows: the end itself is there twice. */
function mirrored(place: number, length: number): number {
  let inside = place;
  while (inside < 0 || inside >= length) inside = inside < 0 ? -1 - inside : 2 * length - 1 - inside;
  return inside;
}

function gaussianWindow(): Float64Array {
  const window = Float64Array.from({ length: 2 * RADIUS_PX + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - RADIUS_PX) / SIGMA_PX) ** 2),
  );
  const sum = window.reduce((total, value) => total + value, 0);
  return window.map((value) => value / sum);
}
