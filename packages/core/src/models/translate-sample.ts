import { boxedMask, isBoxed, wholeMask } from '../data/boxed-mask.ts';
import { bytesFromSoftMasks, bytesFromValues, maskFromBytes, valuesFromBytes } from '../data/pixel-values.ts';
import type { InstanceMask, MaskPixels, PixelSample, Pixels, Sample } from '../data/sample.ts';
import { selectInstances } from '../data/select-instances.ts';
import type { SizePx } from '../data/transform-draw.ts';
import { UsageError } from '../errors.ts';
import { layOnBackground } from '../regions/compose.ts';
import { dropSpecks } from '../regions/drop-specks.ts';
import { translateImage } from './translate-image.ts';
import { translateRegions } from './translate-regions.ts';
import type { Background, RegionKind, RegionPlanner, Translator } from './translation-model.ts';

export interface TranslateOptions {
  /** Which instances change, by index into the sample's masks; the others and their masks stay. @default all */
  readonly instances?: readonly number[];
  /** At most this many change, the first of `order`. @default 20, as in the paper */
  readonly maxInstances?: number;
  /**
   * Instances translated at once, from 1 on: 1 is one after the other, and no fewer than the image has is the paper's one step. Only
   * for models that tell instances apart. @default as in training
   */
  readonly instancesPerChunk?: number;
  /**
   * In which order instances change: largest first, as in the paper, or as `instances` lists them, for a video, where they
   * must not trade places from frame to frame. @default 'area'
   */
  readonly order?: 'area' | 'given';
  /**
   * What the networks see: the whole `image`, as in the paper, or regions around `objects`, scaled so that objects are as large as
   * in training. `auto` takes regions where the image is over 1.5 times as large as in training. @default 'image'
   */
  readonly region?: RegionKind;
  /**
   * Outside the masks of input and output: `keep` and `fill` leave every pixel as it is, `translated` takes what the generator made, as
   * in the paper. The first two also drop specks of the translated masks, far smaller than the object, and smooth the outlines of those
   * that are enlarged. Where an object no longer is, `fill` continues smoothly what lies around it, on which the others have a sharp edge;
   * `keep` takes there what the generator made. A model that sees no masks cannot keep the background. @default 'translated'
   */
  readonly background?: Background;
  /** Over so many pixels around the masks the background fades in; on a fill, into the hole. @default two pixels of what the networks see */
  readonly rimPx?: number;
  /** Cuts the image into regions. @default planRegions */
  readonly plan?: RegionPlanner;
  /** Regions are laid over the pixels of the sample itself, which then are the result, and no copy is made. @default false */
  readonly changesImage?: boolean;
}

/** The rim of an image that is translated whole. */
const WHOLE_RIM_PX = 2;
/** With `auto`, larger images are translated in regions. */
const MAX_TIMES_TRAINED = 1.5;

/**
 * Translates the instances of one image of any size, in order of decreasing area or as given. An image without instances comes
 * back as it was, unless the model sees no masks.
 *
 * @param sample pixels in any form; with regions, bytes take a quarter of the memory
 * @returns image and masks in the forms of those of `sample`; masks in the order of `sample`. A model that sees the masks' union returns
 *   that one mask, one that sees none returns the masks as they were
 * @throws UsageError if a model without instances is asked for regions or chunks, or a chunk holds none
 */
export async function translateSample<S extends PixelSample>(
  translator: Translator,
  sample: S,
  options: TranslateOptions = {},
): Promise<S> {
  const { model } = translator;
  const { background = 'translated', rimPx, plan, changesImage = false } = options;
  const instancesPerChunk = chunkSize(translator, options);
  if (takesRegions(translator, sample, options)) {
    const order = orderOf(pixelsOf(sample.masks), options);
    if (order.length === 0) return sample;
    return translateRegions(translator, sample, order, {
      ...{ background, instancesPerChunk, changesImage },
      ...(rimPx !== undefined && { rimPx }),
      ...(plan && { plan }),
    });
  }
  const values = valuesOf(sample);
  const input = model.masks === 'none' ? values : model.view(values);
  const order = orderOf(input.masks, options);
  if (order.length === 0 && model.masks !== 'none') return sample;
  const translated = await translateImage(translator, input, order, instancesPerChunk);
  const takesAll = background === 'translated' || model.masks === 'none';
  const output = takesAll
    ? translated
    : {
        ...translated,
        masks: translated.masks.map((mask, i) => (order.includes(i) ? dropSpecks(mask, translated) : mask)),
      };
  const image = takesAll
    ? likeValues(sample.image, output.image)
    : layOnBackground(sample.image, output, changesOf(input.masks, output.masks, order), {
        background,
        rimPx: rimPx ?? WHOLE_RIM_PX,
      });
  const masks = model.masks === 'none' ? sample.masks : likeMasks(sample, output.masks);
  return { ...sample, image, masks };
}

/**
 * Whether an image is translated in regions, not whole.
 *
 * @throws UsageError if a model without instances is asked for regions
 */
export function takesRegions(
  { model, trained }: Translator,
  { width, height }: SizePx,
  { region = 'image' }: TranslateOptions,
) {
  if (region === 'image') return false;
  if (model.masks !== 'each') {
    if (region === 'auto') return false;
    throw new UsageError(
      `A ${model.name} does not tell instances apart, so it cannot translate regions around them: translate whole images.`,
    );
  }
  if (region === 'objects' || trained === undefined) return region === 'objects';
  if (trained.region === 'objects') return true;
  return width > MAX_TIMES_TRAINED * trained.size.width || height > MAX_TIMES_TRAINED * trained.size.height;
}

/**
 * Instances that are translated at once, at most.
 *
 * @throws UsageError if a number was asked for that is none, or by which a model without instances cannot go
 */
export function chunkSize(
  { model, instancesPerChunk: trained }: Translator,
  { instancesPerChunk }: TranslateOptions,
): number {
  if (instancesPerChunk === undefined) return trained;
  if (!Number.isSafeInteger(instancesPerChunk) || instancesPerChunk < 1) {
    throw new UsageError(`The instances per chunk must be a whole number from 1 on, not ${instancesPerChunk}.`);
  }
  if (model.masks === 'each') return instancesPerChunk;
  throw new UsageError(
    `A ${model.name} does not tell instances apart, so it has no chunks of them: leave the instances per chunk out.`,
  );
}

/** Masks of the objects that change, before and after, and of those that stay. */
function changesOf(before: readonly Float32Array[], after: readonly Float32Array[], order: readonly number[]) {
  const chosen = (masks: readonly Float32Array[]) => order.map((index) => masks[index] as Float32Array);
  return { before: chosen(before), after: chosen(after), others: before.filter((_, index) => !order.includes(index)) };
}

function valuesOf({ name, width, height, image, masks }: PixelSample): Sample {
  return {
    ...{ name, width, height },
    image: image instanceof Float32Array ? image : valuesOfPixels(image),
    masks: masks.map((mask) => {
      const pixels = wholeMask(boxedMask(mask, { width, height }), { width, height });
      return pixels instanceof Float32Array ? pixels : maskFromBytes(pixels);
    }),
  };
}

function valuesOfPixels(image: Uint8Array | Uint16Array): Float32Array {
  return image instanceof Uint8Array
    ? valuesFromBytes(image)
    : Float32Array.from(image, (value) => value / 32767.5 - 1);
}

/** Values as pixels in the form of others. */
function likeValues(like: Pixels, values: Float32Array): Pixels {
  if (like instanceof Float32Array) return values;
  if (like instanceof Uint8Array) return bytesFromValues(values);
  return Uint16Array.from(values, (value) => Math.round((Math.min(1, Math.max(-1, value)) + 1) * 32767.5));
}

/** Masks of a whole image in the form of those of a sample. */
function likeMasks(
  { width, height, masks: like }: PixelSample,
  masks: readonly Float32Array[],
): readonly InstanceMask[] {
  const areValues = pixelsOf(like).every((pixels) => pixels instanceof Float32Array);
  const pixels = areValues ? masks : bytesFromSoftMasks(masks);
  return pixels.map((each, i) => {
    const own = like[i];
    return own !== undefined && isBoxed(own) ? boxedMask(each, { width, height }) : each;
  });
}

function pixelsOf(masks: readonly InstanceMask[]): readonly MaskPixels[] {
  return masks.map((mask) => (isBoxed(mask) ? mask.pixels : mask));
}

/** Indices of the instances that change, in the order in which they do. */
function orderOf(
  masks: readonly MaskPixels[],
  { instances, maxInstances = 20, order = 'area' }: TranslateOptions,
): readonly number[] {
  const wanted = [...new Set(instances ?? masks.keys())];
  const largestFirst = selectInstances(masks, { maxInstances: Math.max(1, masks.length) });
  const ordered =
    order === 'area'
      ? largestFirst.filter((index) => wanted.includes(index))
      : wanted.filter((index) => largestFirst.includes(index));
  return ordered.slice(0, maxInstances);
}
