import type { DomainName } from '@instagan/core/data';
import type { Animal } from './animal.ts';
import { describeHerd } from './herd.ts';
import { describeLandscape, type Frame, type Landscape } from './landscape.ts';

/** Which picture of a drawn set. */
export interface SceneKey {
  /** A shows sheep, B giraffes. */
  readonly domain: DomainName;
  readonly split: 'train' | 'test';
  /** 0-based; pictures do not depend on how many there are. */
  readonly index: number;
  readonly seed: number;
  readonly heightPx: number;
  readonly widthPx: number;
}

/** Everything that is needed to draw a picture: plain data, without SVG or pixels. */
export interface Scene {
  readonly heightPx: number;
  readonly widthPx: number;
  /** Pixels a scene unit takes; the shorter side of the frame is 100 units. */
  readonly pxPerUnit: number;
  readonly frame: Frame;
  readonly landscape: Landscape;
  /** From far to near, so that each covers those before it. */
  readonly animals: readonly Animal[];
}

/**
 * Describes one picture from its key alone.
 *
 * @param attempt 0 first; a further attempt keeps the landscape and places the animals anew
 */
export function describeScene(key: SceneKey, attempt = 0): Scene {
  const { heightPx, widthPx, seed } = key;
  const pxPerUnit = Math.min(heightPx, widthPx) / 100;
  const frame = { width: widthPx / pxPerUnit, height: heightPx / pxPerUnit };
  const stream = [key.split, key.domain, key.index];
  const landscape = describeLandscape(seed, stream, frame);
  const animals = describeHerd(key.domain, seed, stream, frame, landscape.meadowTop, attempt);
  return { heightPx, widthPx, pxPerUnit, frame, landscape, animals };
}
