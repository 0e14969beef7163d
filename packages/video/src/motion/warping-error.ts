import { estimateMotion, type Pyramid, pyramidOf } from './estimate-motion.ts';
import { greyOf } from './grey-image.ts';
import { seenInBoth } from './seen-in-both.ts';
import { warpPixels } from './warp-pixels.ts';

/** How much a video flickers. */
export interface WarpingError {
  /** Mean over frames of the mean squared difference, colours in 0 … 1; NaN if no pixel counted. */
  readonly error: number;
  /** Share of the pixels that counted. */
  readonly seenShare: number;
}

/**
 * The warping error of Lai et al. ("Learning Blind Video Temporal Consistency", ECCV 2018) of several videos that show the
 * same motion, such as the translations of one input in different ways:
 *
 *   E(V) = mean over t of  sum_i M_t(i) |V_t(i) - warp(V_(t-1))(i)|^2 / (3 sum_i M_t(i))
 *
 * The motion of warp and the mask M of what is seen in both frames are those of the *input*, so that a video that blurs or
 * stands still gains nothing.
 */
export class WarpingErrorMeter {
  readonly #size: { readonly width: number; readonly height: number };
  readonly #sums = new Map<string, { error: number; frames: number; seen: number }>();
  #past: { readonly pyramid: Pyramid; readonly videos: ReadonlyMap<string, Uint8Array> } | null = null;

  constructor(size: { readonly width: number; readonly height: number }) {
    this.#size = size;
  }

  /**
   * Takes the next frame of all videos.
   *
   * @param input `[height, width, 3]`, 0 … 255
   * @param videos by name, each as `input`
   * @param region if given, `[height, width]`: only pixels above 0 count
   */
  update(input: Uint8Array, videos: ReadonlyMap<string, Uint8Array>, region?: Float32Array): void {
    const { width, height } = this.#size;
    const pyramid = pyramidOf(greyOf(input, width, height, 3));
    const past = this.#past;
    this.#past = { pyramid, videos };
    if (past === null) return;
    const motion = estimateMotion(pyramid, past.pyramid, this.#size);
    const seen = seenInBoth(motion, estimateMotion(past.pyramid, pyramid, this.#size));
    const counted = seen.map((value, i) => (region === undefined || (region[i] as number) > 0 ? value : 0));
    const count = counted.reduce((sum, value) => sum + value, 0);
    for (const [name, frame] of videos) {
      const sums = this.#sums.get(name) ?? { error: 0, frames: 0, seen: 0 };
      this.#sums.set(name, sums);
      if (count === 0) continue;
      const before = warpPixels(past.videos.get(name) as Uint8Array, motion, 3);
      sums.error += meanSquare(frame, before, counted) / count;
      sums.seen += count / counted.length;
      sums.frames++;
    }
  }

  /** The figure of one of the videos so far. */
  result(name: string): WarpingError {
    const { error, frames, seen } = this.#sums.get(name) ?? { error: 0, frames: 0, seen: 0 };
    return { error: error / frames, seenShare: seen / frames };
  }
}

/** Sum over the counted pixels of the mean square over their channels, colours in 0 … 1. */
function meanSquare(frame: Uint8Array, before: Float32Array, counted: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < counted.length; i++) {
    if (counted[i] === 0) continue;
    for (let c = 0; c < 3; c++) sum += ((frame[i * 3 + c] as number) - (before[i * 3 + c] as number)) ** 2;
  }
  return sum / (3 * 255 * 255);
}
