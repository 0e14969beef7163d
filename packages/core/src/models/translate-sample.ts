import * as tf from '@tensorflow/tfjs';
import { cutSample, padSample } from '../data/pad-sample.ts';
import type { Sample } from '../data/sample.ts';
import { selectInstances } from '../data/select-instances.ts';
import type { Parameters } from '../networks/parameters.ts';
import { compiled } from '../programs/compiled.ts';
import type { ProgramRunner } from '../programs/program.ts';
import type { TranslationModel } from './translation-model.ts';

/** A trained generator, ready to use. */
export interface Translator {
  readonly model: TranslationModel;
  readonly parameters: Parameters;
  /** Instances translated at once. */
  readonly instancesPerChunk: number;
  /** Those of the open backend, which repeat what is done for many images of one size faster. @default none */
  readonly programs?: ProgramRunner | undefined;
}

export interface TranslateOptions {
  /** Which instances change, by index into the sample's masks; the others and their masks stay. @default all */
  readonly instances?: readonly number[];
  /** At most this many change, the first of `order`. @default 20, as in the paper */
  readonly maxInstances?: number;
  /**
   * In which order instances change: largest first, as in the paper, or as `instances` lists them, for a video, where they
   * must not trade places from frame to frame. @default 'area'
   */
  readonly order?: 'area' | 'given';
}

/**
 * Translates one image of any size with the sequential scheme (paper, equation 8): instances in order of decreasing
 * area, or as given, a chunk at a time, each chunk starting from the image that the last one left. Memory does not depend on the
 * number of instances. An image without instances comes back as it was, unless the model sees no masks.
 *
 * @returns image and masks, values in [-1, 1]; masks in the order of `sample`. A model that sees the masks' union
 *   returns that one mask, one that sees none returns the masks as they were
 */
export async function translateSample(
  translator: Translator,
  sample: Sample,
  options: TranslateOptions = {},
): Promise<Sample> {
  const { model, instancesPerChunk } = translator;
  const input = model.masks === 'none' ? sample : model.view(sample);
  const padded = padSample(input, model.sidePx);
  const masks = [...padded.masks];
  let { image } = padded;
  const chunks = model.masks === 'none' ? [[]] : chunksOf(orderOf(input.masks, options), instancesPerChunk);
  if (chunks.length === 0) return input;
  for (const chunk of chunks) {
    const result = await translateChunk(translator, { ...padded, image }, chunk);
    image = result.image;
    for (const [i, index] of chunk.entries()) masks[index] = result.masks[i] as Float32Array;
  }
  return cutSample({ ...padded, image, masks }, input.width, input.height);
}

/** Indices of the instances that change, in the order in which they do. */
function orderOf(
  masks: readonly Float32Array[],
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

function chunksOf(order: readonly number[], size: number): readonly number[][] {
  return Array.from({ length: Math.ceil(order.length / size) }, (_, i) => order.slice(i * size, (i + 1) * size));
}

/** @param chunk indices of the instances; none for a model that sees no masks */
async function translateChunk(
  { model, parameters, programs }: Translator,
  { width, height, image, masks }: Sample,
  chunk: readonly number[],
): Promise<{ image: Float32Array; masks: Float32Array[] }> {
  const pixels = height * width;
  const slots = Math.max(1, chunk.length);
  const planes = new Float32Array(slots * pixels).fill(-1);
  for (const [i, index] of chunk.entries()) planes.set(masks[index] as Float32Array, i * pixels);
  const given = {
    image: tf.tensor4d(image, [1, height, width, 3]),
    masks: tf.tensor4d(planes, [slots, height, width, 1]),
  };
  const generate = compiled(
    `translation by ${model.key}`,
    (set: typeof given) => {
      const output = model.generate(parameters, { ...set, counts: [slots] });
      return chunk.length === 0 ? { image: output.image } : { image: output.image, masks: output.masks };
    },
    { captured: parameters, programs },
  );
  let output: ReturnType<typeof generate> | undefined;
  try {
    output = generate(given);
    const values = (await output.masks?.data()) as Float32Array | undefined;
    return {
      image: (await output.image.data()) as Float32Array,
      masks: chunk.map((_, i) => values?.slice(i * pixels, (i + 1) * pixels) as Float32Array),
    };
  } finally {
    tf.dispose([given, { ...output }]);
  }
}
