import type { Rng } from '../../random/rng.ts';
import { CROP_PX, cropSquare, maskedView, type ObjectCrop } from './object-crop.ts';

/** A patch to draw crops from shows so much more than a crop. */
const ROOM = 1.4;
/** Side of a patch, in pixels. */
export const PATCH_PX = Math.round(ROOM * CROP_PX);
/** Largest standard deviation of the blur. */
const MAX_BLUR_PX = 2;
/** Largest noise, either way. */
const MAX_NOISE = 0.2;
/** How often a crop is blurred; the same for noise, and for showing the object alone. */
const OFTEN = 0.5;
/** How often a crop has no colour. */
const GREY = 0.25;

/** The square of a patch, for the square that a crop shows. */
export function patchSquare<T extends { readonly side: number }>(square: T): T {
  return { ...square, side: ROOM * square.side };
}

/**
 * Draws what the classifier is trained on: moved, scaled, mirrored, in other colours, often blurred or noisy, and half of the time the object
 * alone, with an outline that is wider, narrower or rounder. So neither sharpness nor noise nor the light tells the domains apart.
 *
 * @param patch of {@link PATCH_PX}
 * @returns `[CROP_PX, CROP_PX, 3]`
 */
export function drawTrainingCrop(patch: ObjectCrop, rng: Rng): Float32Array {
  const around = (spread: number) => spread * (2 * rng.uniform() - 1);
  const side = CROP_PX * (1 + around(0.15));
  const middle = PATCH_PX / 2;
  const place = { x: middle + around(0.08) * CROP_PX, y: middle + around(0.08) * CROP_PX, side };
  const { image, mask } = cropSquare({ ...patch, width: PATCH_PX, height: PATCH_PX }, place, CROP_PX);
  const sometimes = (most: number) => (rng.uniform() < OFTEN ? most * rng.uniform() : 0);
  const [blurPx, noise] = [sometimes(MAX_BLUR_PX), sometimes(MAX_NOISE)];
  recolour(image, rng.uniform() < GREY, around);
  blur(image, 3, blurPx);
  for (let i = 0; noise > 0 && i < image.length; i++) image[i]! += around(noise);
  clamp(image);
  let shown = image;
  if (rng.uniform() < OFTEN) {
    blur(mask, 1, sometimes(MAX_BLUR_PX));
    const cut = around(0.4);
    shown = maskedView({ image, mask: mask.map((value) => value - cut) });
  }
  if (rng.uniform() < OFTEN) mirror(shown);
  return shown;
}

/** In place. */
function recolour(image: Float32Array, isGrey: boolean, around: (spread: number) => number): void {
  const gains = [1 + around(0.3), 1 + around(0.3), 1 + around(0.3)];
  const [contrast, saturation, brightness] = [1 + around(0.3), isGrey ? 0 : 1 + around(0.5), around(0.25)];
  for (let i = 0; i < image.length; i += 3) {
    const grey = 0.299 * (image[i] as number) + 0.587 * (image[i + 1] as number) + 0.114 * (image[i + 2] as number);
    for (let c = 0; c < 3; c++) {
      const saturated = grey + saturation * ((image[i + c] as number) - grey);
      // Gains act on light, which is 0 at -1.
      image[i + c] = contrast * ((saturated + 1) * (gains[c] as number) - 1) + brightness;
    }
  }
}

/** Gaussian, in place; the edge repeats. @param values `[CROP_PX, CROP_PX, channels]` */
function blur(values: Float32Array, channels: number, sigmaPx: number): void {
  if (sigmaPx < 0.3) return;
  const radius = Math.ceil(2.5 * sigmaPx);
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigmaPx) ** 2));
  const total = weights.reduce((sum, value) => sum + value, 0);
  const window = weights.map((weight) => weight / total);
  const line = new Float32Array(CROP_PX);
  const [across, down] = [channels, CROP_PX * channels];
  for (const [step, apart] of [
    [across, down],
    [down, across],
  ] as const) {
    for (let i = 0; i < CROP_PX; i++) {
      for (let c = 0; c < channels; c++) blurLine(values, i * apart + c, step, window, line);
    }
  }
}

/** Every `step`-th value from `first` on, in place. @param window adds up to 1 @param line room for a line */
function blurLine(
  values: Float32Array,
  first: number,
  step: number,
  window: readonly number[],
  line: Float32Array,
): void {
  const radius = (window.length - 1) / 2;
  for (let i = 0; i < CROP_PX; i++) line[i] = values[first + i * step] as number;
  for (let i = 0; i < CROP_PX; i++) {
    let sum = 0;
    for (let k = -radius; k <= radius; k++) {
      sum += (window[k + radius] as number) * (line[Math.min(CROP_PX - 1, Math.max(0, i + k))] as number);
    }
    values[first + i * step] = sum;
  }
}

/** In place. */
function clamp(image: Float32Array): void {
  for (let i = 0; i < image.length; i++) image[i] = Math.min(1, Math.max(-1, image[i] as number));
}

/** In place. */
function mirror(image: Float32Array): void {
  for (let y = 0; y < CROP_PX; y++) {
    const row = image.subarray(3 * y * CROP_PX, 3 * (y + 1) * CROP_PX);
    for (let i = 0, j = 3 * (CROP_PX - 1); i < j; i += 3, j -= 3) {
      for (let c = 0; c < 3; c++) [row[i + c], row[j + c]] = [row[j + c] as number, row[i + c] as number];
    }
  }
}
