import { type BoxedMask, type InstanceMask, type SizePx, trimmedMask } from '@instagan/core/data';
import { assign } from './assign.ts';
import { followedMean, type MaskMean, maskOfMean, meanOfMask, movedMean } from './mask-mean.ts';
import { colourLikeness, overlap, type Region, regionOf } from './region.ts';

export interface TrackingOptions {
  /** Weight of the past in the mask of an instance, 0 … 0.9: more is steadier, and slower to follow. @default 0.6 */
  readonly maskSmoothing?: number;
  /** Frames for which an instance that is not found goes on where it was heading. @default 3 */
  readonly bridgeFrames?: number;
  /** Frames for which it is remembered, so that it gets its number back. @default 30 */
  readonly rememberFrames?: number;
}

/** An instance of one frame, known from the frames before. */
export interface TrackedInstance {
  /** The same from frame to frame; 0 for the first instance of the video. */
  readonly id: number;
  /** Smoothed in time, in the smallest box around its object: -1 background and 1 object. */
  readonly mask: BoxedMask<Float32Array>;
  /** False where it was not found in this frame and its mask was carried over. */
  readonly isSeen: boolean;
}

/** A frame as it was decoded. */
export interface TrackedFrame {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** `[height, width, channels]`, 0 … 255. */
  readonly data: Uint8Array;
}

interface Track {
  readonly id: number;
  /** Of the masks so far, moved along. */
  mean: MaskMean;
  /** Of the last frame in which it was seen, moved along since. */
  region: Region;
  velocityX: number;
  velocityY: number;
  missedFrames: number;
}

/** How much mask overlap counts beside colours in the score of a match. */
const OVERLAP_WEIGHT = 0.7;
/** A match needs at least this overlap, or, for an instance that jumped or was hidden, these colours nearby. */
const MIN_OVERLAP = 0.15;
const MIN_LIKENESS = 0.75;

/**
 * Gives the instances of a video numbers that stay, in an order that stays: matches those of each frame with those of the
 * frames before by the overlap of their masks, moved by their velocity, and by their colours (one optimal assignment a
 * frame), and smooths each mask in time along its motion. Needs no frame of the future.
 */
export class InstanceTracker {
  readonly #options: Required<TrackingOptions>;
  #scene = 0;
  #tracks: Track[] = [];
  /** Of the scene before, in case it goes on after a flash. */
  #before: { readonly scene: number; readonly tracks: Track[] } = { scene: 0, tracks: [] };
  #nextId = 0;

  constructor({ maskSmoothing = 0.6, bridgeFrames = 3, rememberFrames = 30 }: TrackingOptions = {}) {
    this.#options = { maskSmoothing, bridgeFrames, rememberFrames };
  }

  /**
   * Takes the next frame.
   *
   * @param masks of its instances in any order
   * @param scene its number: instances of another scene are other ones
   * @returns its instances in the order of their numbers; empty masks are left out
   */
  update(frame: TrackedFrame, masks: readonly InstanceMask[], scene = 0): TrackedInstance[] {
    this.#enter(scene);
    const found = masks.flatMap((given) => {
      const mask = trimmedMask(given, frame);
      return mask === null ? [] : [{ mask, region: regionOf(mask, frame) }];
    });
    const scores = this.#tracks.map((track) => found.map(({ mask, region }) => scoreOf(track, mask, region, frame)));
    const matches = assign(scores);
    for (const [t, track] of this.#tracks.entries()) {
      const match = found[matches[t] as number];
      if (match === undefined) this.#carryOn(track, frame);
      else this.#follow(track, match.mask, match.region, frame);
    }
    const isTaken = new Set(matches);
    const fresh = found.filter((_, i) => !isTaken.has(i)).sort((a, b) => b.region.areaPx - a.region.areaPx);
    for (const { mask, region } of fresh) {
      const mean = meanOfMask(mask);
      this.#tracks.push({ id: this.#nextId++, mean, region, velocityX: 0, velocityY: 0, missedFrames: 0 });
    }
    this.#tracks = this.#tracks.filter(({ missedFrames }) => missedFrames <= this.#options.rememberFrames);
    return this.#tracks
      .filter(({ missedFrames }) => missedFrames <= this.#options.bridgeFrames)
      .flatMap(({ id, mean, missedFrames }) => {
        const mask = maskOfMean(mean, frame);
        return mask === null ? [] : [{ id, mask, isSeen: missedFrames === 0 }];
      });
  }

  #enter(scene: number): void {
    if (scene === this.#scene) return;
    const tracks = this.#before.scene === scene ? this.#before.tracks : [];
    this.#before = { scene: this.#scene, tracks: this.#tracks };
    this.#scene = scene;
    this.#tracks = tracks;
  }

  #follow(track: Track, mask: BoxedMask, region: Region, frame: SizePx): void {
    const moveX = region.centreX - track.region.centreX;
    const moveY = region.centreY - track.region.centreY;
    const moved = movedMean(track.mean, Math.round(moveX), Math.round(moveY), frame);
    track.mean = followedMean(moved, mask, this.#options.maskSmoothing);
    track.region = region;
    // After a gap the motion of several frames has added up.
    const share = 0.5 / (track.missedFrames + 1);
    track.velocityX = 0.5 * track.velocityX + share * moveX;
    track.velocityY = 0.5 * track.velocityY + share * moveY;
    track.missedFrames = 0;
  }

  #carryOn(track: Track, frame: SizePx): void {
    track.missedFrames++;
    if (track.missedFrames > this.#options.bridgeFrames) return;
    const [moveX, moveY] = [Math.round(track.velocityX), Math.round(track.velocityY)];
    track.mean = movedMean(track.mean, moveX, moveY, frame);
    track.region = movedRegion(track.region, moveX, moveY);
  }
}

/** 0 for no match … 1 for the same mask and colours. */
function scoreOf(track: Track, mask: BoxedMask, region: Region, frame: SizePx): number {
  const [moveX, moveY] = [Math.round(track.velocityX), Math.round(track.velocityY)];
  const shared = overlap(track.mean, regionOfMean(track, frame), moveX, moveY, mask, region);
  const likeness = colourLikeness(track.region, region);
  const score = OVERLAP_WEIGHT * shared + (1 - OVERLAP_WEIGHT) * likeness;
  if (shared >= MIN_OVERLAP) return score;
  const reach = 0.5 * Math.hypot(region.right - region.left, region.bottom - region.top) * (1 + track.missedFrames / 5);
  const distance = Math.hypot(
    region.centreX - track.region.centreX - moveX,
    region.centreY - track.region.centreY - moveY,
  );
  return likeness >= MIN_LIKENESS && distance < reach ? score * (1 - distance / reach) : 0;
}

/** The mean mask reaches a little beyond the last one seen. */
function regionOfMean({ region }: Track, { width, height }: SizePx): Region {
  const margin = 2;
  return {
    ...region,
    left: clamp(region.left - margin, 0, width),
    right: clamp(region.right + margin, 0, width),
    top: clamp(region.top - margin, 0, height),
    bottom: clamp(region.bottom + margin, 0, height),
  };
}

function movedRegion(region: Region, moveX: number, moveY: number): Region {
  return {
    ...region,
    left: region.left + moveX,
    right: region.right + moveX,
    top: region.top + moveY,
    bottom: region.bottom + moveY,
    centreX: region.centreX + moveX,
    centreY: region.centreY + moveY,
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
