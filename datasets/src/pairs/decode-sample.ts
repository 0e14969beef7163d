import {
  type Box,
  boxOfMask,
  createRng,
  type DomainName,
  drawTransform,
  type InstanceOrder,
  jitterMasks,
  loadSize,
  matchMasks,
  type Sample,
  type SizePx,
  selectInstances,
  type TransformDraw,
  type TransformOptions,
  transformImage,
  transformMask,
} from '@instagan/core/data';
import { drawRegion, resample } from '@instagan/core/regions';
import { readHeader } from '../images/image-file.ts';
import { readImage } from '../images/read-image.ts';
import { readMask } from '../images/read-mask.ts';
import type { ByteCache } from './byte-cache.ts';

/** How every sample of a source is made. */
export interface SampleOptions extends Required<TransformOptions> {
  readonly seed: number;
  readonly maxInstances: number;
  readonly instanceOrder: InstanceOrder;
  /** Strength of the jitter of masks, 0 … 1. */
  readonly maskJitter: number;
  /** What becomes of a sample: the whole image, or a region around one of its objects. */
  readonly region: 'image' | 'objects';
}

/** One sample to make: plain data, so that it can cross to a worker. */
export interface SampleTask {
  readonly name: string;
  readonly file: string;
  /** Files of the masks, in the order of their numbers. */
  readonly masks: readonly string[];
  /** Files of masks that a segmenter predicted, which jitter mixes in; may be empty. */
  readonly predictedMasks: readonly string[];
  readonly epoch: number;
  readonly index: number;
  readonly domain: DomainName;
}

/** An image and its masks as bytes at the size to which files are loaded, before the crop. */
export interface LoadedImage extends SizePx {
  readonly image: Uint8Array;
  readonly masks: readonly Uint8Array[];
  readonly predictedMasks: readonly Uint8Array[];
}

/** How often, at a jitter of 1, predicted masks take the place of the true ones. */
const predictedShare = 0.5;

/** Crops tried until at least one instance is left in the picture; then the whole picture is taken. */
const cropAttempts = 8;

/** Images from which regions are cut are loaded with sides of at most so many pixels. */
const MAX_SIDE_PX = 1536;

/** What is taken of a loaded image, as values. */
interface View {
  readonly size: SizePx;
  image(bytes: Uint8Array): Float32Array;
  mask(bytes: Uint8Array): Float32Array;
}

/**
 * Decodes, resizes, crops, flips and selects: a pure function of the options, the task and the files.
 *
 * A crop that would cut away every instance is drawn again; if none of the attempts keeps one, the picture is taken
 * whole. Masks are empty only if the task has none or all vanish when resized to the target.
 *
 * @throws UserError naming the file that cannot be read
 */
export async function decodeSample(
  task: SampleTask,
  options: SampleOptions,
  cache: ByteCache<LoadedImage>,
): Promise<Sample> {
  if (options.region === 'objects' && task.masks.length > 0) return decodeRegion(task, options, cache);
  const make = async (how: SampleOptions, attempt: number): Promise<Sample> => {
    const { epoch, index, domain } = task;
    const draw = drawTransform(how, { seed: options.seed, epoch, index, domain, attempt });
    return cut(task, await load(task, loadSize(how), cache), viewOf(draw), how);
  };
  for (let attempt = 0; attempt < cropAttempts && options.augment; attempt++) {
    const sample = await make(options, attempt);
    if (sample.masks.length > 0 || task.masks.length === 0) return sample;
  }
  return make({ ...options, augment: false }, 0);
}

/** A region around one of the objects. Objects of which it shows less than half do not take part. */
async function decodeRegion(task: SampleTask, options: SampleOptions, cache: ByteCache<LoadedImage>): Promise<Sample> {
  const { seed, size, augment } = options;
  const own = await readHeader(task.file);
  const scale = Math.min(1, MAX_SIDE_PX / Math.max(own.width, own.height));
  const image = { height: Math.ceil(own.height * scale), width: Math.ceil(own.width * scale) };
  const loaded = await load(task, image, cache);
  const boxes = loaded.masks.map((mask) => boxOfMask(mask, image));
  const rng = createRng(seed, 'region', task.domain, task.epoch, task.index);
  const region = drawRegion(boxes, { size, image, augment, rng });
  if (region === null)
    return cut(task, loaded, viewOfRegion({ left: 0, top: 0, ...image }, false, image, size), options);
  const inside = loaded.masks.filter((mask, n) => n === region.object || shownShare(mask, image, region.box) >= 0.5);
  return cut(task, { ...loaded, masks: inside }, viewOfRegion(region.box, region.flip, image, size), options);
}

function viewOf(draw: TransformDraw): View {
  return {
    size: draw.size,
    image: (bytes) => transformImage(bytes, draw),
    mask: (bytes) => transformMask(bytes, draw),
  };
}

function viewOfRegion(box: Box, flip: boolean, { width }: SizePx, size: SizePx): View {
  const scaled = (bytes: Uint8Array, channels: number, kernel: 'cubic' | 'linear') => {
    const values = resample(bytes, { width, channels }, box, size, channels, kernel);
    return flip ? mirrored(values, size.width, channels) : values;
  };
  return {
    size,
    image: (bytes) => scaled(bytes, 3, 'cubic'),
    mask: (bytes) => scaled(bytes, 1, 'linear').map((value) => (value > 0 ? 1 : -1)),
  };
}

function mirrored(values: Float32Array, width: number, channels: number): Float32Array {
  return values.map((_, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    const x = pixel % width;
    return values[(pixel - x + (width - 1 - x)) * channels + channel] as number;
  });
}

/** The share of an object that lies in a box. */
function shownShare(mask: Uint8Array, { width }: SizePx, box: Box): number {
  let [all, shown] = [0, 0];
  for (let i = 0; i < mask.length; i++) {
    if ((mask[i] as number) <= 127) continue;
    all++;
    const [x, y] = [(i % width) - box.left, Math.floor(i / width) - box.top];
    if (x >= 0 && x < box.width && y >= 0 && y < box.height) shown++;
  }
  return all === 0 ? 0 : shown / all;
}

function cut(
  { name, domain, epoch, index }: SampleTask,
  loaded: LoadedImage,
  view: View,
  { seed, maxInstances, instanceOrder, maskJitter }: SampleOptions,
): Sample {
  const masks = loaded.masks.map((mask) => view.mask(mask));
  const rng = createRng(seed, 'instances', domain, epoch, index);
  const kept = selectInstances(masks, { maxInstances, order: instanceOrder, rng });
  const trueMasks = kept.map((i) => masks[i] as Float32Array);
  const sample = { name, ...view.size, image: view.image(loaded.image), masks: trueMasks };
  if (maskJitter === 0 || trueMasks.length === 0) return sample;
  const jitter = createRng(seed, 'mask-jitter', domain, epoch, index);
  const usePredicted = jitter.uniform() < maskJitter * predictedShare;
  const predicted = usePredicted ? loaded.predictedMasks.map((mask) => view.mask(mask)) : [];
  const found = selectInstances(predicted, { maxInstances }).map((i) => predicted[i] as Float32Array);
  const jittered =
    found.length > 0
      ? { masks: found, targets: matchMasks(found, masks) }
      : jitterMasks(trueMasks, view.size, maskJitter, jitter);
  return { ...sample, masks: jittered.masks, truth: { masks: trueMasks, targets: jittered.targets } };
}

async function load(task: SampleTask, size: SizePx, cache: ByteCache<LoadedImage>): Promise<LoadedImage> {
  const key = `${task.domain}/${size.height}x${size.width}/${task.file}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  // One file after the other: a worker then takes one core, and holds one decoded file at a time.
  const image = (await readImage(task.file, { size })).data;
  const readAll = async (files: readonly string[]) => {
    const masks: Uint8Array[] = [];
    for (const file of files) masks.push((await readMask(file, { size })).data);
    return masks;
  };
  const loaded = {
    ...size,
    image,
    masks: await readAll(task.masks),
    predictedMasks: await readAll(task.predictedMasks),
  };
  const allMasks = [...loaded.masks, ...loaded.predictedMasks];
  cache.set(key, loaded, image.length + allMasks.reduce((sum, mask) => sum + mask.length, 0));
  return loaded;
}
