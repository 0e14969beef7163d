import { UsageError } from '../errors.ts';
import { createRng } from '../random/rng.ts';
import type { DomainName } from './sample.ts';

export interface SizePx {
  readonly height: number;
  readonly width: number;
}

/** Resize to `load`, cut out the window of size `size` at `(top, left)`, then mirror left to right if `flip`. */
export interface TransformDraw {
  readonly load: SizePx;
  readonly size: SizePx;
  readonly top: number;
  readonly left: number;
  readonly flip: boolean;
}

export interface TransformOptions {
  /** What the network sees, pixels. */
  readonly size: SizePx;
  /** Images are resized to `loadScale * size` before the crop; at least 1. @default 1.1, as in the paper */
  readonly loadScale?: number;
  /** `false`: a plain resize to `size`, nothing random. @default true */
  readonly augment?: boolean;
}

/** What one draw depends on, beside {@link TransformOptions}. */
export interface TransformKey {
  readonly seed: number;
  readonly epoch: number;
  /** Place within the epoch, see `OrderEntry.index`. */
  readonly index: number;
  readonly domain: DomainName;
  /** Counts redraws for the same place. @default 0 */
  readonly attempt?: number;
}

/**
 * The one draw that an image shares with all its masks: a crop window, uniform over all positions, and a horizontal
 * flip with probability 0.5 (paper, section 4: load at 1.1x, crop, flip). A pure function of its arguments.
 *
 * @throws UsageError if the size is not whole and positive or `loadScale` is below 1
 */
export function drawTransform(options: TransformOptions, key: TransformKey): TransformDraw {
  const { size, augment = true } = options;
  const load = loadSize(options);
  if (!augment) return { load, size, top: 0, left: 0, flip: false };
  const rng = createRng(key.seed, 'transform', key.domain, key.epoch, key.index, key.attempt ?? 0);
  return {
    load,
    size,
    top: rng.integer(load.height - size.height + 1),
    left: rng.integer(load.width - size.width + 1),
    flip: rng.uniform() < 0.5,
  };
}

/**
 * Size to which files are resized before the crop: `round(loadScale * size)`, or `size` without augmentation.
 *
 * @throws UsageError as {@link drawTransform}
 */
export function loadSize({ size, loadScale = 1.1, augment = true }: TransformOptions): SizePx {
  if (!isLength(size.height) || !isLength(size.width)) {
    throw new UsageError(`The size must be whole positive pixels, got ${size.height}x${size.width} (height x width).`);
  }
  if (!(loadScale >= 1 && loadScale <= 8)) {
    throw new UsageError(`loadScale must lie between 1 (no crop) and 8, got ${loadScale}.`);
  }
  if (!augment) return size;
  return { height: Math.round(size.height * loadScale), width: Math.round(size.width * loadScale) };
}

function isLength(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
