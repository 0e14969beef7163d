import { type Box, boxAround, longSide, windowAround } from '../data/box.ts';
import type { SizePx } from '../data/transform-draw.ts';

/** A part of an image that is translated by itself. */
export interface Region {
  /** Where it lies in the image. */
  readonly box: Box;
  /** What it is scaled to, for the networks. */
  readonly size: SizePx;
  /** Indices of the instances that change in it, in their order. */
  readonly instances: readonly number[];
}

/** What a model learned from, of which regions are to be like. */
export interface RegionScale {
  /** Of the images in training. */
  readonly size: SizePx;
  /** The longer side of a typical object there, in pixels. */
  readonly objectSidePx: number;
}

export interface RegionOptions extends RegionScale {
  /** Of the image. */
  readonly image: SizePx;
  /** Instances that a region holds at most. */
  readonly instancesPerRegion: number;
}

/** Objects share a region if the box around them takes up at most this share of its sides. */
const SHARED_FILL = 0.75;
/** Objects share a region if the smaller one is at least this much of the larger one. */
const SHARED_SCALE = 0.5;
/** Smaller objects are magnified by this much at most: what is not in the picture cannot be made up. */
const MAX_MAGNIFICATION = 4;
/** Sides of what the networks see are multiples of this, so that few different sizes come up. */
const SIDE_STEP_PX = 16;

/**
 * Cuts an image into regions around its instances: each is as large in its region as objects were in training, and has as much
 * room around it to grow into. Instances of a similar size that are near each other share a region.
 *
 * @param boxes of the instances, by index; null for one without a pixel, which is left out
 * @param order indices of the instances that change; the first ones are looked at first
 */
export function planRegions(
  boxes: readonly (Box | null)[],
  order: readonly number[],
  options: RegionOptions,
): readonly Region[] {
  const waiting = order.filter((index) => boxes[index] !== null && boxes[index] !== undefined);
  const regions: Region[] = [];
  while (waiting.length > 0) {
    const first = waiting.shift() as number;
    const own = boxes[first] as Box;
    const window = windowSize(longSide(own), options);
    const instances = [first];
    let around = own;
    for (const other of [...waiting]) {
      if (instances.length >= options.instancesPerRegion) break;
      const box = boxes[other] as Box;
      const joined = boxAround(around, box);
      const [small, large] = [longSide(box), longSide(own)].sort((a, b) => a - b) as [number, number];
      const fits = joined.width <= SHARED_FILL * window.width && joined.height <= SHARED_FILL * window.height;
      if (!fits || small < SHARED_SCALE * large) continue;
      around = joined;
      instances.push(other);
      waiting.splice(waiting.indexOf(other), 1);
    }
    regions.push({ ...placeRegion(around, longSide(own), options), instances });
  }
  return regions;
}

/**
 * A region around a box.
 *
 * @param objectSidePx the longer side of the object that decides the scale, in pixels of the image
 */
export function placeRegion(around: Box, objectSidePx: number, options: RegionOptions): Omit<Region, 'instances'> {
  const window = windowSize(objectSidePx, options);
  const box = windowAround(around, window, options.image);
  const scaled = (side: number, wanted: number, trained: number) =>
    side >= Math.round(wanted)
      ? trained
      : Math.max(SIDE_STEP_PX, Math.round(((side / wanted) * trained) / SIDE_STEP_PX) * SIDE_STEP_PX);
  const { size } = options;
  return {
    box,
    size: {
      height: scaled(box.height, window.height, size.height),
      width: scaled(box.width, window.width, size.width),
    },
  };
}

/** The part of the image, in its pixels, that shows an object as large as it was in training. */
function windowSize(objectSidePx: number, { size, objectSidePx: trainedPx }: RegionScale): SizePx {
  const factor = Math.max(1 / MAX_MAGNIFICATION, objectSidePx / trainedPx);
  return { height: size.height * factor, width: size.width * factor };
}
