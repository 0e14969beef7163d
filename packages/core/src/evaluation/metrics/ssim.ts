import type { SizePx } from '../../data/transform-draw.ts';

/** Of the Gaussian window, in pixels; it is cut off at 3.5 of them, which makes 11x11. */
const SIGMA_PX = 1.5;
const RADIUS_PX = 5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

const WINDOW = gaussianWindow();

/**
 * Structural similarity of two images at each pixel (Wang et al. 2004, Gaussian window of 1.5 pixels, 11x11), mean over the channels.
 * Windows look only at pixels that count, so that what happens inside of objects does not leak into their surroundings. Beyond the edge
 * the image is mirrored.
 *
 * @param image RGB bytes, `[height, width, 3]`
 * @param seen the pixels that count, `[height, width]`, not 0
 * @returns `[height, width]`, -1 … 1; NaN where no pixel counts
 */
export function ssimMap(image: Uint8Array, other: Uint8Array, size: SizePx, seen: Uint8Array): Float64Array {
  const weights = Float64Array.from(seen, (value) => (value === 0 ? 0 : 1));
  const mass = blurred(weights, size);
  const map = new Float64Array(seen.length).fill(Number.NaN);
  for (let channel = 0; channel < 3; channel++) {
    const maps = Array.from({ length: 5 }, () => new Float64Array(seen.length));
    const [x, y, xx, yy, xy] = maps as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    for (let i = 0; i < seen.length; i++) {
      if (seen[i] === 0) continue;
      const [a, b] = [image[3 * i + channel] as number, other[3 * i + channel] as number];
      x[i] = a;
      y[i] = b;
      xx[i] = a * a;
      yy[i] = b * b;
      xy[i] = a * b;
    }
    const [mx, my, mxx, myy, mxy] = maps.map((values) => blurred(values, size)) as typeof maps;
    for (let i = 0; i < seen.length; i++) {
      if (seen[i] === 0) continue;
      const weight = 1 / (mass[i] as number);
      const [ux, uy] = [weight * (mx![i] as number), weight * (my![i] as number)];
      const vx = weight * (mxx![i] as number) - ux * ux;
      const vy = weight * (myy![i] as number) - uy * uy;
      const vxy = weight * (mxy![i] as number) - ux * uy;
      const value = ((2 * ux * uy + C1) * (2 * vxy + C2)) / ((ux * ux + uy * uy + C1) * (vx + vy + C2));
      map[i] = (channel === 0 ? 0 : (map[i] as number)) + value / 3;
    }
  }
  return map;
}

/** The mean of a map over a part of an image; NaN if the part is empty. @param region `[height, width]`, not 0 */
export function meanWithin(map: Float64Array, region: Uint8Array): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < map.length; i++) {
    if (region[i] === 0) continue;
    sum += map[i] as number;
    count++;
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
