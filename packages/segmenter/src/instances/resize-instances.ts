import { type Box, type BoxedMask, type SizePx, trimmedMask } from '@instagan/core';
import type { Instance, MaskMaps, SplitMask } from './split-mask.ts';

/** How far a pixel that was cleaned up is moved to the other side of the threshold. */
const MARGIN = 0.02;
/** Around no pixel. */
const NOWHERE: Box = { left: 0, top: 0, width: 0, height: 0 };

/**
 * Instances at another size, such as that of the photo: outlines follow the bilinearly interpolated mask, and each pixel
 * belongs to the instance of the nearest pixel that has one. Only the surroundings of instances are looked at.
 *
 * @param maps what `split` was made of
 */
export function resizeInstances(split: SplitMask, maps: MaskMaps, width: number, height: number): SplitMask {
  if (width === split.width && height === split.height) return split;
  const labels = new Int32Array(width * height);
  const instances = resizedMasks(split, maps, { width, height }).map(({ box, pixels }, index): Instance => {
    let areaPx = 0;
    for (let y = 0; y < box.height; y++) {
      const row = (box.top + y) * width + box.left;
      for (let x = 0; x < box.width; x++) {
        if (pixels[y * box.width + x] === 0) continue;
        labels[row + x] = index + 1;
        areaPx++;
      }
    }
    return { areaPx, box, confidence: (split.instances[index] as Instance).confidence };
  });
  return { width, height, labels, instances };
}

/**
 * The masks alone of {@link resizeInstances}, each in the box around it, 0 background and 255 object: what they take does not
 * depend on the size of the picture.
 */
export function resizedMasks(split: SplitMask, maps: MaskMaps, size: SizePx): BoxedMask<Uint8Array>[] {
  if (size.width === split.width && size.height === split.height) return masksOfInstances(split);
  const soft = maps.mask.map((value, i) =>
    split.labels[i] === 0 ? Math.min(value, -MARGIN) : Math.max(value, MARGIN),
  );
  const columns = placesOf(size.width, split.width);
  const rows = placesOf(size.height, split.height);
  return split.instances.map(({ box }, index) => {
    const [left, right] = reachOf(columns, box.left, box.width);
    const [top, bottom] = reachOf(rows, box.top, box.height);
    const reach = { left, top, width: right - left, height: bottom - top };
    const pixels = new Uint8Array(reach.width * reach.height);
    for (let y = top, to = 0; y < bottom; y++) {
      for (let x = left; x < right; x++, to++) {
        if (labelAt(split, soft, columns[x] as Place, rows[y] as Place) === index + 1) pixels[to] = 255;
      }
    }
    return trimmedMask({ box: reach, pixels }, size) ?? { box: NOWHERE, pixels: new Uint8Array(0) };
  });
}

/**
 * The label between four pixels, 0 where the mask is not above 0: that of the nearest corner, else of the other one of its row, of its
 * column, of the one across.
 */
function labelAt({ width, labels }: SplitMask, soft: Float32Array, column: Place, row: Place): number {
  const [upper, lower] = [row.low * width, row.high * width];
  const top = lerp(soft[upper + column.low] as number, soft[upper + column.high] as number, column.share);
  const bottom = lerp(soft[lower + column.low] as number, soft[lower + column.high] as number, column.share);
  if (lerp(top, bottom, row.share) <= 0) return 0;
  const [near, far] = row.share < 0.5 ? [upper, lower] : [lower, upper];
  const [nearer, farther] = column.share < 0.5 ? [column.low, column.high] : [column.high, column.low];
  return (labels[near + nearer] ||
    labels[near + farther] ||
    labels[far + nearer] ||
    labels[far + farther] ||
    0) as number;
}

/** Where a pixel of a line lies in a line of another length: between which two, and how far to the second. */
interface Place {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

/** Where the pixels of a line of `to` pixels lie in one of `from`. */
function placesOf(to: number, from: number): readonly Place[] {
  return Array.from({ length: to }, (_, i) => {
    const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const low = Math.floor(at);
    return { low, high: Math.min(from - 1, low + 1), share: at - low };
  });
}

/** From the first place that touches a part of the line until after the last one. */
function reachOf(places: readonly Place[], start: number, length: number): readonly [number, number] {
  const first = places.findIndex(({ high }) => high >= start);
  const end = places.findIndex(({ low }) => low >= start + length);
  return [first < 0 ? places.length : first, end < 0 ? places.length : end];
}

function lerp(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

/** The mask of each instance in the box around it, 0 background and 255 object. */
export function masksOfInstances({ width, labels, instances }: SplitMask): BoxedMask<Uint8Array>[] {
  return instances.map(({ box }, index) => {
    const pixels = new Uint8Array(box.width * box.height);
    for (let y = 0; y < box.height; y++) {
      const row = (box.top + y) * width + box.left;
      for (let x = 0; x < box.width; x++) if (labels[row + x] === index + 1) pixels[y * box.width + x] = 255;
    }
    return { box, pixels };
  });
}
