import { type Box, intersect } from '../data/box.ts';
import { boxedMask, boxOfBoxed, isBoxed, maskWithin, wholeMask } from '../data/boxed-mask.ts';
import { bytesFromMask } from '../data/pixel-values.ts';
import {
  type BoxedMask,
  copyPixels,
  type InstanceMask,
  type MaskPixels,
  type PixelSample,
  type Pixels,
} from '../data/sample.ts';
import type { SizePx } from '../data/transform-draw.ts';
import { edgeCoverOf, layObjects, layOver, markMask } from '../regions/compose.ts';
import { dropSpecks } from '../regions/drop-specks.ts';
import { continueObjects, smoothOutline, steepenOutline } from '../regions/outline.ts';
import { planRegions, type Region, type RegionOptions } from '../regions/plan-regions.ts';
import { resample } from '../regions/resample.ts';
import { type Generated, generateSamples } from './generate-samples.ts';
import type { Background, RegionPlanner, Translator } from './translation-model.ts';

/** An image on which regions are laid, one after the other. */
interface Canvas extends SizePx {
  readonly image: Pixels;
  readonly masks: BoxedMask[];
}

/** How regions are translated, see `TranslateOptions`. */
interface RegionTranslation {
  readonly background: Background;
  /** Instances that share a region, at most. */
  readonly instancesPerChunk: number;
  readonly changesImage: boolean;
  readonly rimPx?: number;
  readonly plan?: RegionPlanner;
}

/** Regions are translated together up to this many pixels; one that is larger keeps a machine busy by itself. */
const BATCH_PX = 256 * 256;

/**
 * Translates the instances of an image of any size in regions around them, each at the scale that was learned, and lays the results
 * over the image at its own resolution. Regions see what those before them left; those of one size that do not touch are
 * translated together. Beside the result, memory depends on the size of a region only.
 *
 * @param order indices of the instances that change, in the order in which they do
 */
export async function translateRegions<S extends PixelSample>(
  translator: Translator,
  sample: S,
  order: readonly number[],
  { background, instancesPerChunk, changesImage, rimPx, plan = planRegions }: RegionTranslation,
): Promise<S> {
  const { width, height } = sample;
  const given = sample.masks.map((mask) => boxedMask(mask, sample));
  const image = changesImage ? sample.image : copyPixels(sample.image);
  const result = { width, height, image, masks: [...given] };
  const isChanging = new Set(order);
  const changing = given.map((mask, index) => (isChanging.has(index) ? boxOfBoxed(mask) : null));
  const options: RegionOptions = {
    ...regionScaleOf(translator),
    image: { width, height },
    instancesPerRegion: instancesPerChunk,
  };
  for (const regions of batches(plan(changing, order, options))) {
    const { size } = regions[0] as Region;
    const cut = regions.map((region) => cutOut(result, region));
    const translated = await generateSamples(translator, cut, size);
    for (const [i, region] of regions.entries()) putBack(result, region, translated[i] as Generated, background, rimPx);
  }
  const masks = result.masks.map((mask, index) =>
    isBoxed(sample.masks[index] as InstanceMask) ? mask : wholeMask(mask, sample),
  );
  return { ...sample, image: result.image, masks };
}

/** The share of an image's shorter side that a typical object takes up, if the run has no record of it. */
const TYPICAL_OBJECT = 0.4;

/** @throws Error if the translator does not know on which size it was trained */
function regionScaleOf({ trained }: Translator) {
  if (trained === undefined) throw new Error('translateSample: regions need the size on which the model was trained.');
  const { size, objectSidePx = TYPICAL_OBJECT * Math.min(size.height, size.width) } = trained;
  return { size, objectSidePx };
}

/** Neighbours in the order that have one size and do not touch, as many as are translated at once. */
function batches(regions: readonly Region[]): readonly (readonly Region[])[] {
  const found: Region[][] = [];
  for (const region of regions) {
    const batch = found.at(-1);
    const { size, instances, box } = region;
    const fits =
      batch !== undefined &&
      (batch.length + 1) * size.height * size.width <= BATCH_PX &&
      batch.every(
        (other) =>
          other.size.height === size.height &&
          other.size.width === size.width &&
          other.instances.length === instances.length &&
          !intersect(other.box, box),
      );
    if (fits) batch.push(region);
    else found.push([region]);
  }
  return found;
}

/** A region as the networks see it. */
function cutOut({ image, masks, width }: Canvas, { box, size, instances }: Region): Generated {
  const whole: Box = { ...box, left: 0, top: 0 };
  const plane = { width: box.width, channels: 1 };
  return {
    image: resample(image, { width, channels: 3 }, box, size, 3, 'cubic'),
    masks: instances.map((index) =>
      objectsOf(resample(maskWithin(masks[index] as BoxedMask, box), plane, whole, size, 1, 'linear')),
    ),
  };
}

function putBack(
  sample: Canvas,
  { box, size, instances }: Region,
  translated: Generated,
  background: Background,
  rimPx = Math.max(1, Math.round((2 * box.width) / size.width)),
): void {
  const { width, height } = sample;
  const whole: Box = { left: 0, top: 0, ...size };
  const isPaper = background === 'translated';
  const isEnlarged = box.width > size.width;
  const cleaned = (mask: Float32Array) =>
    isEnlarged ? smoothOutline(dropSpecks(mask, size), size) : dropSpecks(mask, size);
  const masks = isPaper ? translated.masks : translated.masks.map(cleaned);
  const planes = { before: planeOf(box), after: planeOf(box), others: planeOf(box) };
  for (const [index, mask] of sample.masks.entries()) {
    const own = instances.indexOf(index);
    if (own < 0) {
      if (background === 'fill') markMask(planes.others, mask, box);
      continue;
    }
    markMask(planes.before, mask, box);
    const made = masks[own] as Float32Array;
    const values = resample(made, { width: size.width, channels: 1 }, whole, box, 1, isPaper ? 'linear' : 'cubic');
    if (!isPaper && isEnlarged) steepenOutline(values);
    markMask(planes.after, { box, pixels: values }, box);
    sample.masks[index] = { box, pixels: likeMask(mask.pixels, values) };
  }
  const picture = background === 'fill' ? continueObjects(translated.image, masks, size) : translated.image;
  const enlarged = ({ left, top, ...part }: Box) => {
    const place = { left: left - box.left, top: top - box.top, ...part };
    return resample(picture, { width: size.width, channels: 3 }, whole, box, 3, 'cubic', place);
  };
  const layout = { width, channels: 3 };
  if (isPaper) {
    layOver(sample.image, layout, edgeCoverOf(box, { width, height }, rimPx), enlarged(box));
  } else layObjects(sample.image, layout, box, enlarged, planes, { background, rimPx });
}

function planeOf({ width, height }: SizePx): Uint8Array {
  return new Uint8Array(width * height);
}

/** Values as a mask in the form of another one. */
function likeMask(like: MaskPixels, values: Float32Array): MaskPixels {
  return like instanceof Uint8Array ? bytesFromMask(values) : values;
}

/** Where values are above 0: 1, else -1; in place. */
function objectsOf(values: Float32Array): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) > 0 ? 1 : -1;
  return values;
}
