import { type Box, distanceTransform } from '@instagan/core';
import { fillHoles, removeSpecks } from './components.ts';
import { GrowingBox } from './growing-box.ts';
import { SPLIT_SETTINGS } from './split-settings.ts';
import { type Basins, type ValleyDepth, watershed } from './watershed.ts';

/** What a segmenter predicts for one image. */
export interface MaskMaps {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`, values in [-1, 1], object above 0. */
  readonly mask: Float32Array;
  /**
   * How deep inside its instance a pixel lies, `[height, width]`, 0 at the border … 1 where the instance is thickest.
   * Null if the segmenter predicts the mask alone.
   */
  readonly depth: Float32Array | null;
}

export interface SplitOptions {
  /** Instances smaller than this share of the image are dropped. @default that of {@link SPLIT_SETTINGS} */
  readonly minArea?: number;
  /** Instances of a lower confidence are dropped. @default that of {@link SPLIT_SETTINGS} */
  readonly minConfidence?: number;
}

export interface Instance {
  readonly areaPx: number;
  /** The smallest one around its pixels. */
  readonly box: Box;
  /**
   * 0 … 1: the mean probability of its pixels to be object, times, if depth was predicted, the depth of its deepest pixel
   * (1 for a whole instance, less for a fragment).
   */
  readonly confidence: number;
}

/** The objects of an image. */
export interface SplitMask {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`, 0 for background, else 1 … instances.length. */
  readonly labels: Int32Array;
  /** Largest first; the one at index i has the label i + 1. */
  readonly instances: readonly Instance[];
}

const DEFAULTS = SPLIT_SETTINGS.rows;
/** Valleys of a distance transform, in pixels: shallower ones come from the steps of the pixel grid and from limbs. */
const DISTANCE_VALLEY: ValleyDepth = { relative: 0.3, absolute: 1.5 };
/** Valleys of a predicted depth, which is 1 at the peak of each instance. */
const DEPTH_VALLEY: ValleyDepth = { relative: 0.25, absolute: 0.12 };

/**
 * Finds the objects in a mask: cuts it at 0, fills holes, removes specks, and parts objects that touch by a watershed on
 * the depth that the segmenter predicted, or else on the distance transform of the mask.
 */
export function splitMask(maps: MaskMaps, options: SplitOptions = {}): SplitMask {
  const { width, height } = maps;
  const { minArea = DEFAULTS.minArea.default, minConfidence = DEFAULTS.minConfidence.default } = options;
  const minPx = Math.max(4, Math.round(minArea * width * height));
  const object = Uint8Array.from(maps.mask, (value) => (value > 0 ? 255 : 0));
  fillHoles(object, width, height, minPx);
  removeSpecks(object, width, height, minPx);
  const basins =
    maps.depth === null
      ? watershed(distanceTransform(object, width, height), object, width, height, DISTANCE_VALLEY)
      : watershed(
          maps.depth.map((value) => Math.max(0, value)),
          object,
          width,
          height,
          DEPTH_VALLEY,
        );
  const merged = mergeSmall(basins, width, height, minPx);
  return collect(maps, merged, minPx, minConfidence);
}

/** Gives each basin that is too small, the smallest first, to the neighbour with which it shares the longest border. */
function mergeSmall(basins: Basins, width: number, height: number, minPx: number): Basins {
  const { count, labels } = basins;
  const peaks = [...basins.peaks];
  const areas = new Int32Array(count + 1);
  for (const label of labels) areas[label]!++;
  const borders = bordersBetween(labels, width, height);
  const takenBy = Int32Array.from({ length: count + 1 }, (_, label) => label);
  const bySize = Array.from({ length: count }, (_, i) => i + 1).sort(
    (a, b) => (areas[a] as number) - (areas[b] as number),
  );
  for (const small of bySize) {
    const own = borders.get(small);
    if ((areas[small] as number) >= minPx || own === undefined || own.size === 0) continue;
    const [target] = [...own].reduce((longest, each) => (each[1] > longest[1] ? each : longest));
    takenBy[small] = target;
    areas[target]! += areas[small] as number;
    peaks[target] = Math.max(peaks[target] as number, peaks[small] as number);
    for (const [other, px] of own) {
      const others = borders.get(other) as Map<number, number>;
      others.delete(small);
      if (other === target) continue;
      others.set(target, (others.get(target) ?? 0) + px);
      const targets = borders.get(target) as Map<number, number>;
      targets.set(other, (targets.get(other) ?? 0) + px);
    }
    borders.delete(small);
  }
  const rootOf = (label: number): number => (takenBy[label] === label ? label : rootOf(takenBy[label] as number));
  return { labels: labels.map(rootOf), count, peaks };
}

/** For each label that has neighbours, the pixels of border with each. */
function bordersBetween(labels: Int32Array, width: number, height: number): Map<number, Map<number, number>> {
  const borders = new Map<number, Map<number, number>>();
  const count = (a: number, b: number) => {
    const own = borders.get(a) ?? new Map<number, number>();
    own.set(b, (own.get(b) ?? 0) + 1);
    borders.set(a, own);
  };
  const meet = (a: number, b: number) => {
    if (a === 0 || b === 0 || a === b) return;
    count(a, b);
    count(b, a);
  };
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (x + 1 < width) meet(labels[i] as number, labels[i + 1] as number);
      if (y + 1 < height) meet(labels[i] as number, labels[i + width] as number);
    }
  }
  return borders;
}

function collect(maps: MaskMaps, { labels, count, peaks }: Basins, minPx: number, minConfidence: number): SplitMask {
  const { width, height, mask, depth } = maps;
  const areas = new Int32Array(count + 1);
  const sums = new Float64Array(count + 1);
  const boxes = Array.from({ length: count + 1 }, () => new GrowingBox());
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const label = labels[i] as number;
      areas[label]!++;
      sums[label]! += ((mask[i] as number) + 1) / 2;
      (boxes[label] as GrowingBox).add(x, y);
    }
  }
  const found = Array.from({ length: count }, (_, i) => i + 1).flatMap((label) => {
    const areaPx = areas[label] as number;
    if (areaPx < minPx) return [];
    const whole = depth === null ? 1 : Math.min(1, peaks[label] as number);
    const confidence = Math.max(0, Math.min(1, ((sums[label] as number) / areaPx) * whole));
    const { box } = boxes[label] as GrowingBox;
    return confidence < minConfidence ? [] : [{ label, instance: { areaPx, box, confidence } }];
  });
  found.sort((a, b) => b.instance.areaPx - a.instance.areaPx || a.label - b.label);
  const numbers = new Int32Array(count + 1);
  for (const [i, { label }] of found.entries()) numbers[label] = i + 1;
  return {
    width,
    height,
    labels: labels.map((label) => numbers[label] as number),
    instances: found.map(({ instance }) => instance),
  };
}
