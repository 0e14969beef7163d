import { type Box, type BoxedMask, boxAround, maskWithin, type SizePx } from '@instagan/core/data';
import type { TrackedInstance } from '../tracking/instance-tracker.ts';
import { estimateMotion, type Pyramid, pyramidOf } from './estimate-motion.ts';
import { greyOf } from './grey-image.ts';
import type { Motion } from './motion.ts';
import { seenInBoth } from './seen-in-both.ts';
import { warpPixels } from './warp-pixels.ts';

/** One frame before and after its translation. */
export interface BlendableFrame {
  /** `[height, width, channels]`, 0 … 255. */
  readonly original: Uint8Array;
  /** In the same layout. */
  readonly translated: Uint8Array;
  readonly instances: readonly Pick<TrackedInstance, 'id' | 'mask'>[];
  /** The translated mask of each, values in [-1, 1]. */
  readonly masks: readonly BoxedMask<Float32Array>[];
}

interface Past {
  readonly pyramid: Pyramid;
  readonly original: Uint8Array;
  readonly output: Uint8Array;
  readonly owners: Int32Array;
}

/** Beyond this difference of colours (0 … 255, mean of the channels) a pixel of the original is hardly the same thing. */
const SAME_ORIGINAL = 12;
/** So for pixels of the translation: what flickers is blended, what changes is not. */
const SAME_TRANSLATION = 40;
/** In the map of owners. */
const BACKGROUND = -1;

/**
 * Steadies translated frames: each is mixed with the one before, moved along with what is seen in the *original* frames
 * (motion-compensated blending). It trusts the past only where motion forth and back agree and the originals look alike, and
 * never takes one instance for another, or for the background: where an instance has grown beyond its outline, as a giraffe's
 * neck beyond the sheep, nothing of it is seen in the original, and it moves as the rest of its instance does.
 */
export class FrameBlender {
  readonly #size: SizePx;
  readonly #channels: number;
  readonly #weight: number;
  #past: Past | null = null;

  /** @param weight of the past where it is trusted fully, 0 … 1 */
  constructor(size: SizePx, channels: number, weight: number) {
    this.#size = size;
    this.#channels = channels;
    this.#weight = weight;
  }

  /** @returns the translation of the next frame, steadied; alpha stays as it is */
  blend(frame: BlendableFrame): Uint8Array {
    const { width, height } = this.#size;
    const past = this.#past;
    const pyramid = pyramidOf(greyOf(frame.original, width, height, this.#channels));
    const owners = ownersOf(frame, this.#size);
    // What was not translated does not flicker.
    const isMixed = past !== null && frame.translated !== frame.original;
    const output = isMixed ? this.#mix(frame, pyramid, owners, past) : frame.translated;
    this.#past = { pyramid, original: frame.original, output, owners };
    return output;
  }

  #mix(frame: BlendableFrame, pyramid: Pyramid, owners: Int32Array, past: Past): Uint8Array {
    const channels = this.#channels;
    const motion = estimateMotion(pyramid, past.pyramid, this.#size);
    const seen = seenInBoth(motion, estimateMotion(past.pyramid, pyramid, this.#size));
    const trust = trustOf(seen, frame.original, warpPixels(past.original, motion, channels), channels);
    moveAsInstances(frame, owners, motion, trust);
    const before = warpPixels(past.output, motion, channels);
    const output = Uint8Array.from(frame.translated);
    for (let i = 0; i < owners.length; i++) {
      if (trust[i] === 0 || ownerBefore(past.owners, motion, i) !== owners[i]) continue;
      const likeness = likenessAt(frame.translated, before, i, channels, SAME_TRANSLATION);
      const weight = this.#weight * (trust[i] as number) * likeness;
      for (let c = 0; c < 3; c++) {
        const now = frame.translated[i * channels + c] as number;
        output[i * channels + c] = Math.round(now + weight * ((before[i * 3 + c] as number) - now));
      }
    }
    return output;
  }
}

/** Whose each pixel is: the number of the instance that is drawn over the others there, before or after translation. */
function ownersOf({ instances, masks }: BlendableFrame, { width, height }: SizePx): Int32Array {
  const owners = new Int32Array(width * height).fill(BACKGROUND);
  for (const outlines of [instances.map(({ mask }) => mask), masks]) {
    for (const [index, { id }] of instances.entries()) {
      const outline = outlines[index];
      if (outline === undefined) continue;
      const { box, pixels } = outline;
      for (let y = 0; y < box.height; y++) {
        const row = (box.top + y) * width + box.left;
        for (let x = 0; x < box.width; x++) if ((pixels[y * box.width + x] as number) > 0) owners[row + x] = id;
      }
    }
  }
  return owners;
}

/** How far each pixel of the original is known to be the one that the motion leads to: 0 … 1. */
function trustOf(seen: Uint8Array, now: Uint8Array, before: Float32Array, channels: number): Float32Array {
  const trust = new Float32Array(seen.length);
  for (let i = 0; i < trust.length; i++)
    if (seen[i] === 1) trust[i] = likenessAt(now, before, i, channels, SAME_ORIGINAL);
  return trust;
}

/** 1 for the same colour, falling to 0 as the difference passes `scale`. @param before three channels */
function likenessAt(now: Uint8Array, before: Float32Array, i: number, channels: number, scale: number): number {
  let difference = 0;
  for (let c = 0; c < 3; c++) difference += Math.abs((now[i * channels + c] as number) - (before[i * 3 + c] as number));
  return Math.exp(-((difference / 3 / scale) ** 2));
}

/** Gives the parts of instances beyond their original outlines the mean motion and trust within. */
function moveAsInstances(
  { instances, masks }: BlendableFrame,
  owners: Int32Array,
  motion: Motion,
  trust: Float32Array,
): void {
  for (const [index, { id, mask }] of instances.entries()) {
    const translated = masks[index];
    // Nothing of the instance lies outside.
    const box = translated === undefined ? mask.box : boxAround(mask.box, translated.box);
    const outline = maskWithin(mask, box);
    let [sumOfTrust, sumX, sumY, area] = [0, 0, 0, 0];
    for (let i = 0; i < outline.length; i++) {
      const at = placeOf(i, box, motion);
      if (owners[at] !== id || (outline[i] as number) <= 0) continue;
      area++;
      sumOfTrust += trust[at] as number;
      sumX += (trust[at] as number) * (motion.dx[at] as number);
      sumY += (trust[at] as number) * (motion.dy[at] as number);
    }
    for (let i = 0; i < outline.length; i++) {
      const at = placeOf(i, box, motion);
      if (owners[at] !== id || (outline[i] as number) > 0) continue;
      motion.dx[at] = sumOfTrust === 0 ? 0 : sumX / sumOfTrust;
      motion.dy[at] = sumOfTrust === 0 ? 0 : sumY / sumOfTrust;
      trust[at] = sumOfTrust === 0 ? 0 : sumOfTrust / area;
    }
  }
}

/** Where the pixel of a box lies in the picture. */
function placeOf(i: number, box: Box, { width }: { readonly width: number }): number {
  return (box.top + Math.floor(i / box.width)) * width + box.left + (i % box.width);
}

function ownerBefore(owners: Int32Array, { width, height, dx, dy }: Motion, i: number): number {
  const x = Math.min(width - 1, Math.max(0, Math.round((i % width) + (dx[i] as number))));
  const y = Math.min(height - 1, Math.max(0, Math.round(Math.floor(i / width) + (dy[i] as number))));
  return owners[y * width + x] as number;
}
