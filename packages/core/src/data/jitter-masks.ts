import type { Rng } from '../random/rng.ts';
import { distanceTransform } from './distance-transform.ts';
import type { MaskTruth } from './sample.ts';
import type { SizePx } from './transform-draw.ts';

/** What happens to the masks of an image at strength 1, beside the change of outlines: how often, 0 … 1. */
const PROBABILITY = { merge: 0.3, drop: 0.2 };
/** Largest shift of an outline at strength 1, as a share of the instance's radius, that of a disc of its area. */
const SHIFT = 0.3;
/** Spacing of the random bumps of an outline, as a share of the instance's radius. */
const BUMP_SPACING = 0.5;
/** Widest blur before the mask is cut again, as a share of the instance's radius: it rounds limbs off. */
const BLUR = 0.35;

export interface JitteredMasks {
  /** `[height, width]` each, -1 and 1; none is empty that was not. */
  readonly masks: Float32Array[];
  /** What each of them was before its outline was jittered: an object, or two that were merged. */
  readonly targets: MaskTruth['targets'];
}

/**
 * Spoils masks as annotators and segmenters do: two objects are merged into one, an object is missing, and outlines are
 * too wide or too narrow, rounded, and uneven. At least one instance is left.
 *
 * @param masks `[height, width]` each, -1 background and 1 object
 * @param strength 0 leaves them as they are … 1
 * @param rng its state moves on
 */
export function jitterMasks(masks: readonly Float32Array[], size: SizePx, strength: number, rng: Rng): JitteredMasks {
  let objects = masks.map((mask) => Uint8Array.from(mask, (value) => (value > 0 ? 1 : 0)));
  if (objects.length > 1 && rng.uniform() < strength * PROBABILITY.merge) {
    const [first = 0, second = 1] = rng.permutation(objects.length);
    const merged = (objects[first] as Uint8Array).map((value, i) => value | (objects[second]?.[i] ?? 0));
    objects = objects.flatMap((object, i) => (i === first ? [merged] : i === second ? [] : [object]));
  }
  const kept = objects.filter(() => rng.uniform() >= strength * PROBABILITY.drop);
  if (kept.length === 0) kept.push(...objects.slice(0, 1));
  const jittered = kept.map((object) => {
    const result = jitterOutline(object, size, strength, rng);
    return result.includes(1) ? result : object;
  });
  return { masks: jittered.map(maskOf), targets: kept.map(maskOf) };
}

function maskOf(object: Uint8Array): Float32Array {
  return Float32Array.from(object, (value) => (value === 0 ? -1 : 1));
}

/** Moves the outline by a constant and by smooth noise, after a blur. */
function jitterOutline(object: Uint8Array, { width, height }: SizePx, strength: number, rng: Rng): Uint8Array {
  const areaPx = object.reduce((sum, value) => sum + value, 0);
  const radiusPx = Math.sqrt(areaPx / Math.PI);
  const signed = (rng.uniform() * 2 - 1) * strength * SHIFT * radiusPx;
  const blurPx = Math.round(rng.uniform() * strength * BLUR * radiusPx);
  const bumpPx = rng.uniform() * strength * (SHIFT / 2) * radiusPx;
  const rounded = blurPx === 0 ? object : boxBlur(object, width, height, blurPx);
  const background = rounded.map((value) => 1 - value);
  const inside = distanceTransform(rounded, width, height);
  const outside = distanceTransform(background, width, height);
  const bumps = smoothNoise(width, height, Math.max(2, BUMP_SPACING * radiusPx), rng);
  // Pixels are half inside: the outline lies between the last pixel of the object and the first beside it.
  return Uint8Array.from(object, (_, i) => {
    const depth = (inside[i] as number) - (outside[i] as number);
    return depth + signed + bumpPx * (bumps[i] as number) > 0 ? 1 : 0;
  });
}

/** The mask averaged over squares of side 2 radius + 1 and cut at one half; the edge of the picture is repeated. */
function boxBlur(object: Uint8Array, width: number, height: number, radius: number): Uint8Array {
  const rows = new Float32Array(width * height);
  const result = new Uint8Array(width * height);
  const side = 2 * radius + 1;
  const clamp = (at: number, limit: number) => Math.min(limit - 1, Math.max(0, at));
  for (let y = 0; y < height; y++) {
    let sum = 0;
    for (let x = -radius; x <= radius; x++) sum += object[y * width + clamp(x, width)] as number;
    for (let x = 0; x < width; x++) {
      rows[y * width + x] = sum / side;
      sum +=
        (object[y * width + clamp(x + radius + 1, width)] as number) -
        (object[y * width + clamp(x - radius, width)] as number);
    }
  }
  for (let x = 0; x < width; x++) {
    let sum = 0;
    for (let y = -radius; y <= radius; y++) sum += rows[clamp(y, height) * width + x] as number;
    for (let y = 0; y < height; y++) {
      result[y * width + x] = sum / side > 0.5 ? 1 : 0;
      sum +=
        (rows[clamp(y + radius + 1, height) * width + x] as number) -
        (rows[clamp(y - radius, height) * width + x] as number);
    }
  }
  return result;
}

/** Random values in [-1, 1] on a grid, interpolated bilinearly. */
function smoothNoise(width: number, height: number, spacingPx: number, rng: Rng): Float32Array {
  const columns = Math.ceil(width / spacingPx) + 2;
  const rows = Math.ceil(height / spacingPx) + 2;
  const grid = Float32Array.from({ length: columns * rows }, () => 2 * rng.uniform() - 1);
  const noise = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / spacingPx);
    const v = y / spacingPx - row;
    for (let x = 0; x < width; x++) {
      const column = Math.floor(x / spacingPx);
      const u = x / spacingPx - column;
      const at = row * columns + column;
      const top = (1 - u) * (grid[at] as number) + u * (grid[at + 1] as number);
      const bottom = (1 - u) * (grid[at + columns] as number) + u * (grid[at + columns + 1] as number);
      noise[y * width + x] = (1 - v) * top + v * bottom;
    }
  }
  return noise;
}
