import { copyPixels, type MaskPixels, type PixelSample, type Pixels } from '../data/sample.ts';
import type { SizePx } from '../data/transform-draw.ts';
import { type Box, boxOfMask, intersect } from '../regions/box.ts';
import { edgeCoverOf, layObjects, layOver, markMask } from '../regions/compose.ts';
import { dropSpecks } from '../regions/drop-specks.ts';
import { planRegions, type Region, type RegionOptions } from '../regions/plan-regions.ts';
import { resample } from '../regions/resample.ts';
import { type Generated, generateSamples } from './generate-samples.ts';
import type { Background, RegionPlanner, Translator } from './translation-model.ts';

/** An image on which regions are laid, one after the other. */
interface Canvas extends SizePx {
  readonly image: Pixels;
  readonly masks: MaskPixels[];
}

/** How regions are translated, see `TranslateOptions`. */
interface RegionTranslation {
  readonly background: Background;
  /** Instances that share a region, at most. */
  readonly instancesPerChunk: number;
  readonly rimPx?: number;
  readonly boxes?: readonly (Box | null)[];
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
  { background, instancesPerChunk, rimPx, boxes, plan = planRegions }: RegionTranslation,
): Promise<S> {
  const { width, height } = sample;
  const result = { width, height, image: copyPixels(sample.image), masks: [...sample.masks] };
  const isChanging = new Set(order);
  const boxOf = (mask: MaskPixels, index: number) => (boxes ? (boxes[index] ?? null) : boxOfMask(mask, sample));
  const changing = sample.masks.map((mask, index) => (isChanging.has(index) ? boxOf(mask, index) : null));
  const options: RegionOptions = {
    ...regionScaleOf(translator),
    image: { width, height },
    instancesPerRegion: instancesPerChunk,
  };
  for (const regions of batches(plan(changing, order, options))) {
    const { size } = regions[0] as Region;
    const given = regions.map((region) => cutOut(result, region));
    const translated = await generateSamples(translator, given, size);
    for (const [i, region] of regions.entries()) putBack(result, region, translated[i] as Generated, background, rimPx);
  }
  return { ...sample, ...result };
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
  return {
    image: resample(image, { width, channels: 3 }, box, size, 3, 'cubic'),
    masks: instances.map((index) =>
      resample(masks[index] as MaskPixels, { width, channels: 1 }, box, size, 1, 'linear').map((value) =>
        value > 0 ? 1 : -1,
      ),
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
  const planes = { before: planeOf(box), after: planeOf(box), others: planeOf(box) };
  for (const [index, mask] of sample.masks.entries()) {
    const own = instances.indexOf(index);
    if (own < 0) {
      if (background === 'fill') markMask(planes.others, mask, width, box);
      continue;
    }
    markMask(planes.before, mask, width, box);
    const made = translated.masks[own] as Float32Array;
    const clean = background === 'translated' ? made : dropSpecks(made, size);
    const values = resample(clean, { width: size.width, channels: 1 }, whole, box, 1, 'linear');
    markMask(planes.after, values, box.width, { ...box, left: 0, top: 0 });
    sample.masks[index] = placeMask(mask, values, sample, box);
  }
  const enlarged = ({ left, top, ...part }: Box) => {
    const place = { left: left - box.left, top: top - box.top, ...part };
    return resample(translated.image, { width: size.width, channels: 3 }, whole, box, 3, 'cubic', place);
  };
  const layout = { width, channels: 3 };
  if (background === 'translated') {
    layOver(sample.image, layout, edgeCoverOf(box, { width, height }, rimPx), enlarged(box));
  } else layObjects(sample.image, layout, box, enlarged, planes, { background, rimPx });
}

function planeOf({ width, height }: SizePx): Uint8Array {
  return new Uint8Array(width * height);
}

/** A mask of the whole image that has these values in a box and background elsewhere, in the type of another one. */
function placeMask<M extends MaskPixels>(
  like: M,
  values: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
  box: Box,
): M {
  const isBytes = like instanceof Uint8Array;
  const mask = isBytes ? new Uint8Array(width * height) : new Float32Array(width * height).fill(-1);
  for (let y = 0; y < box.height; y++) {
    const row = (box.top + y) * width + box.left;
    for (let x = 0; x < box.width; x++) {
      const value = values[y * box.width + x] as number;
      mask[row + x] = isBytes ? (value > 0 ? 255 : 0) : value;
    }
  }
  return mask as M;
}
