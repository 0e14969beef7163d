import type { SizePx } from '../../data/transform-draw.ts';

/** Of the Gaussian window, in pixels; it is cut off at 3.5 of them, which makes 11x11. */
const SIGMA_PX = 1.5;
const RADIUS_PX = 5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

const WINDOW = gaussianWindow();

/** Images are looked at in squares of this side, so that what is computed of one stays in the processor's cache. */
const TILE_PX = 64;

/**
 * Structural similarity of two images at each pixel (Wang et al. 2004, Gaussian window of 1.5 pixels, 11x11), mean over the channels.
 * Windows look only at pixels that count, so that what happens inside of objects does not leak into their surroundings. Beyond the edge
 * the image is mirrored. Where windows see no difference, which costs next to nothing, it is 1.
 *
 * @param image RGB bytes, `[height, width, 3]`
 * @param seen the pixels that count, `[height, width]`, not 0
 * @returns `[height, width]`, -1 … 1; NaN where no pixel counts
 */
export function ssimMap(image: Uint8Array, other: Uint8Array, size: SizePx, seen: Uint8Array): Float64Array {
  const map = new Float64Array(seen.length).fill(Number.NaN);
  const padded = () => new Float64Array((TILE_PX + 2 * RADIUS_PX) ** 2);
  const scratch = { weights: padded(), products: padded(), rows: padded() };
  for (let top = 0; top < size.height; top += TILE_PX) {
    for (let left = 0; left < size.width; left += TILE_PX) {
      const columns = placesAlong(left, Math.min(TILE_PX, size.width - left), size.width);
      const rows = placesAlong(top, Math.min(TILE_PX, size.height - top), size.height);
      const tile = { width: columns.length - 2 * RADIUS_PX, height: rows.length - 2 * RADIUS_PX };
      const pixels = pixelsAt(rows, columns, size.width);
      const differs = pixels.some((i) => seen[i] !== 0 && isDifferent(image, other, i));
      const similarity = differs ? similarityOf(image, other, seen, pixels, tile, scratch) : null;
      for (let y = 0; y < tile.height; y++) {
        for (let x = 0; x < tile.width; x++) {
          const i = (top + y) * size.width + left + x;
          if (seen[i] !== 0) map[i] = similarity === null ? 1 : (similarity[y * tile.width + x] as number);
        }
      }
    }
  }
  return map;
}

function isDifferent(image: Uint8Array, other: Uint8Array, pixel: number): boolean {
  const i = 3 * pixel;
  return image[i] !== other[i] || image[i + 1] !== other[i + 1] || image[i + 2] !== other[i + 2];
}

/** Room for what is computed of a tile and the surroundings that its windows reach. */
interface Scratch {
  readonly weights: Float64Array;
  readonly products: Float64Array;
  readonly rows: Float64Array;
}

/**
 * Structural similarity in a tile.
 *
 * @param pixels of the tile and its surroundings
 * @returns `[height, width]` of the tile; without meaning where `seen` is 0
 */
function similarityOf(
  image: Uint8Array,
  other: Uint8Array,
  seen: Uint8Array,
  pixels: Int32Array,
  tile: SizePx,
  { weights, products, rows }: Scratch,
): Float64Array {
  for (let n = 0; n < pixels.length; n++) weights[n] = seen[pixels[n] as number] === 0 ? 0 : 1;
  const mass = blurred(weights, tile, rows);
  const mean = (a: Uint8Array, b: Uint8Array | null, channel: number) => {
    for (let n = 0; n < pixels.length; n++) {
      const i = 3 * (pixels[n] as number) + channel;
      products[n] = weights[n] === 0 ? 0 : (a[i] as number) * (b === null ? 1 : (b[i] as number));
    }
    return blurred(products, tile, rows);
  };
  const similarity = new Float64Array(mass.length);
  for (let channel = 0; channel < 3; channel++) {
    const [mx, my] = [mean(image, null, channel), mean(other, null, channel)];
    const [mxx, myy] = [mean(image, image, channel), mean(other, other, channel)];
    const mxy = mean(image, other, channel);
    for (let i = 0; i < mass.length; i++) {
      const weight = 1 / (mass[i] as number);
      const [ux, uy] = [weight * (mx[i] as number), weight * (my[i] as number)];
      const vx = weight * (mxx[i] as number) - ux * ux;
      const vy = weight * (myy[i] as number) - uy * uy;
      const vxy = weight * (mxy[i] as number) - ux * uy;
      const value = ((2 * ux * uy + C1) * (2 * vxy + C2)) / ((ux * ux + uy * uy + C1) * (vx + vy + C2));
      similarity[i] = (similarity[i] as number) + value / 3;
    }
  }
  return similarity;
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

/**
 * Convolved with the window along rows, then columns.
 *
 * @param values of the tile and {@link RADIUS_PX} pixels around it
 * @param rows room for as many
 * @returns `[height, width]` of the tile
 */
function blurred(values: Float64Array, { width, height }: SizePx, rows: Float64Array): Float64Array {
  const stride = width + 2 * RADIUS_PX;
  for (let y = 0; y < height + 2 * RADIUS_PX; y++) {
    for (let x = 0; x < width; x++) rows[y * width + x] = weightedSum(values, y * stride + x, 1);
  }
  const result = new Float64Array(width * height);
  for (let i = 0; i < result.length; i++) result[i] = weightedSum(rows, i, width);
  return result;
}

/** Of as many values as the window has, which lie `step` apart. */
function weightedSum(values: Float64Array, first: number, step: number): number {
  let sum = 0;
  for (let k = 0, i = first; k < WINDOW.length; k++, i += step) sum += (WINDOW[k] as number) * (values[i] as number);
  return sum;
}

/** The places along a side that a tile and its surroundings show. */
function placesAlong(first: number, count: number, length: number): Int32Array {
  return Int32Array.from({ length: count + 2 * RADIUS_PX }, (_, i) => mirrored(first + i - RADIUS_PX, length));
}

function pixelsAt(rows: Int32Array, columns: Int32Array, width: number): Int32Array {
  const pixels = new Int32Array(rows.length * columns.length);
  for (let y = 0, i = 0; y < rows.length; y++) {
    for (let x = 0; x < columns.length; x++, i++) pixels[i] = (rows[y] as number) * width + (columns[x] as number);
  }
  return pixels;
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
