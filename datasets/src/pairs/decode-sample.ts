import {
  createRng,
  type DomainName,
  drawTransform,
  type InstanceOrder,
  jitterMasks,
  loadSize,
  matchMasks,
  type Sample,
  selectInstances,
  type TransformDraw,
  type TransformKey,
  type TransformOptions,
  transformImage,
  transformMask,
} from '@instagan/core/data';
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
export interface LoadedImage {
  readonly image: Uint8Array;
  readonly masks: readonly Uint8Array[];
  readonly predictedMasks: readonly Uint8Array[];
}

/** How often, at a jitter of 1, predicted masks take the place of the true ones. */
const predictedShare = 0.5;

/** Crops tried until at least one instance is left in the picture; then the whole picture is taken. */
const cropAttempts = 8;

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
  const make = async (how: SampleOptions, attempt: number): Promise<Sample> => {
    const { epoch, index, domain } = task;
    const key: TransformKey = { seed: options.seed, epoch, index, domain, attempt };
    return cut(task.name, await load(task, how, cache), drawTransform(how, key), how, key);
  };
  for (let attempt = 0; attempt < cropAttempts && options.augment; attempt++) {
    const sample = await make(options, attempt);
    if (sample.masks.length > 0 || task.masks.length === 0) return sample;
  }
  return make({ ...options, augment: false }, 0);
}

function cut(
  name: string,
  loaded: LoadedImage,
  draw: TransformDraw,
  { maxInstances, instanceOrder, maskJitter }: SampleOptions,
  { seed, domain, epoch, index }: TransformKey,
): Sample {
  const masks = loaded.masks.map((mask) => transformMask(mask, draw));
  const rng = createRng(seed, 'instances', domain, epoch, index);
  const kept = selectInstances(masks, { maxInstances, order: instanceOrder, rng });
  const trueMasks = kept.map((i) => masks[i] as Float32Array);
  const sample = { name, ...draw.size, image: transformImage(loaded.image, draw), masks: trueMasks };
  if (maskJitter === 0 || trueMasks.length === 0) return sample;
  const jitter = createRng(seed, 'mask-jitter', domain, epoch, index);
  const usePredicted = jitter.uniform() < maskJitter * predictedShare;
  const predicted = usePredicted ? loaded.predictedMasks.map((mask) => transformMask(mask, draw)) : [];
  const found = selectInstances(predicted, { maxInstances }).map((i) => predicted[i] as Float32Array);
  const jittered =
    found.length > 0
      ? { masks: found, targets: matchMasks(found, masks) }
      : jitterMasks(trueMasks, draw.size, maskJitter, jitter);
  return { ...sample, masks: jittered.masks, truth: { masks: trueMasks, targets: jittered.targets } };
}

async function load(task: SampleTask, options: SampleOptions, cache: ByteCache<LoadedImage>): Promise<LoadedImage> {
  const size = loadSize(options);
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
  const loaded = { image, masks: await readAll(task.masks), predictedMasks: await readAll(task.predictedMasks) };
  const allMasks = [...loaded.masks, ...loaded.predictedMasks];
  cache.set(key, loaded, image.length + allMasks.reduce((sum, mask) => sum + mask.length, 0));
  return loaded;
}
