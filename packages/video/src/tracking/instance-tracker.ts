import { assign } from './assign.ts';
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
  /** Smoothed in time, `[height, width]`, -1 background and 1 object. */
  readonly mask: Float32Array;
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
  /** Mean of the masks so far, moved along, values in [-1, 1]. */
  mean: Float32Array;
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
   * @param masks of its instances in any order, `[height, width]`, object > 0
   * @param scene its number: instances of another scene are other ones
   * @returns its instances in the order of their numbers; empty masks are left out
   */
  update(frame: TrackedFrame, masks: readonly Float32Array[], scene = 0): TrackedInstance[] {
    this.#enter(scene);
    const { width, height, channels, data } = frame;
    const found = masks.flatMap((mask) => {
      const region = regionOf(mask, data, width, height, channels);
      return region === null ? [] : [{ mask, region }];
    });
    const scores = this.#tracks.map((track) => found.map(({ mask, region }) => scoreOf(track, mask, region, width)));
    const matches = assign(scores);
    for (const [t, track] of this.#tracks.entries()) {
      const match = found[matches[t] as number];
      if (match === undefined) this.#carryOn(track, width, height);
      else this.#follow(track, match.mask, match.region, width, height);
    }
    const isTaken = new Set(matches);
    const fresh = found.filter((_, i) => !isTaken.has(i)).sort((a, b) => b.region.areaPx - a.region.areaPx);
    for (const { mask, region } of fresh) {
      const mean = mask.map((value) => (value > 0 ? 1 : -1));
      this.#tracks.push({ id: this.#nextId++, mean, region, velocityX: 0, velocityY: 0, missedFrames: 0 });
    }
    this.#tracks = this.#tracks.filter(({ missedFrames }) => missedFrames <= this.#options.rememberFrames);
    return this.#tracks
      .filter(({ missedFrames }) => missedFrames <= this.#options.bridgeFrames)
      .map(({ id, mean, missedFrames }) => ({ id, mask: cut(mean), isSeen: missedFrames === 0 }))
      .filter(({ mask }) => mask.some((value) => value > 0));
  }

  #enter(scene: number): void {
    if (scene === this.#scene) return;
    const tracks = this.#before.scene === scene ? this.#before.tracks : [];
    this.#before = { scene: this.#scene, tracks: this.#tracks };
    this.#scene = scene;
    this.#tracks = tracks;
  }

  #follow(track: Track, mask: Float32Array, region: Region, width: number, height: number): void {
    const moveX = region.centreX - track.region.centreX;
    const moveY = region.centreY - track.region.centreY;
    const past = this.#options.maskSmoothing;
    const moved = shifted(track.mean, Math.round(moveX), Math.round(moveY), width, height);
    for (let i = 0; i < moved.length; i++) {
      moved[i] = past * (moved[i] as number) + (1 - past) * ((mask[i] as number) > 0 ? 1 : -1);
    }
    track.mean = moved;
    track.region = region;
    // After a gap the motion of several frames has added up.
    const share = 0.5 / (track.missedFrames + 1);
    track.velocityX = 0.5 * track.velocityX + share * moveX;
    track.velocityY = 0.5 * track.velocityY + share * moveY;
    track.missedFrames = 0;
  }

  #carryOn(track: Track, width: number, height: number): void {
    track.missedFrames++;
    if (track.missedFrames > this.#options.bridgeFrames) return;
    const [moveX, moveY] = [Math.round(track.velocityX), Math.round(track.velocityY)];
    track.mean = shifted(track.mean, moveX, moveY, width, height);
    track.region = movedRegion(track.region, moveX, moveY);
  }
}

/** 0 for no match … 1 for the same mask and colours. */
function scoreOf(track: Track, mask: Float32Array, region: Region, width: number): number {
  const [moveX, moveY] = [Math.round(track.velocityX), Math.round(track.velocityY)];
  const shared = overlap(track.mean, boxOfMean(track, width), moveX, moveY, mask, region, width);
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
function boxOfMean({ region, mean }: Track, width: number): Region {
  const height = mean.length / width;
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

/** The mask moved by whole pixels; what comes in from outside is background. */
function shifted(mask: Float32Array, moveX: number, moveY: number, width: number, height: number): Float32Array {
  const result = new Float32Array(mask.length).fill(-1);
  const [fromX, untilX] = [Math.max(0, -moveX), Math.min(width, width - moveX)];
  if (fromX >= untilX) return result;
  for (let y = Math.max(0, -moveY); y < Math.min(height, height - moveY); y++) {
    result.set(mask.subarray(y * width + fromX, y * width + untilX), (y + moveY) * width + fromX + moveX);
  }
  return result;
}

function cut(mean: Float32Array): Float32Array {
  return mean.map((value) => (value > 0 ? 1 : -1));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
