import * as tf from '@tensorflow/tfjs';
import { directRunner, type ProgramRunner, programKey } from '../backends/program.ts';
import type { Sample } from '../data/sample.ts';
import { selectInstances } from '../data/select-instances.ts';
import type { Parameters } from '../networks/parameters.ts';
import type { TranslationNetworks } from '../networks/translation-networks.ts';
import { mergeMasks } from './merge-masks.ts';
import { cutSample, padSample } from './pad-sample.ts';

/** A trained generator, ready to use. */
export interface Translator {
  readonly networks: TranslationNetworks;
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
 * number of instances. An image without instances comes back as it was.
 *
 * @returns image and masks, values in [-1, 1]; masks in the order of `sample`. A baseline that sees the masks' union
 *   returns that one mask, one that sees none returns the masks as they were
 */
export async function translateSample(
  translator: Translator,
  sample: Sample,
  { instances, maxInstances = 20, order: orderBy = 'area' }: TranslateOptions = {},
): Promise<Sample> {
  const { networks } = translator;
  const input = networks.name === 'cyclegan-seg' ? mergeMasks(sample) : sample;
  const wanted = [...new Set(instances ?? input.masks.keys())];
  const largestFirst = selectInstances(input.masks, { maxInstances: Math.max(1, input.masks.length) });
  const order = (
    orderBy === 'area'
      ? largestFirst.filter((index) => wanted.includes(index))
      : wanted.filter((index) => largestFirst.includes(index))
  ).slice(0, maxInstances);
  if (order.length === 0 && networks.name !== 'cyclegan') return input;
  const padded = padSample(input, 4);
  const { image, masks } =
    networks.name === 'cyclegan'
      ? {
          image: await translateChunk(translator, padded, padded.image, [0]).then((result) => result.image),
          masks: padded.masks,
        }
      : await translateInstances(translator, padded, order);
  return cutSample({ ...padded, image, masks }, input.width, input.height);
}

async function translateInstances(
  translator: Translator,
  sample: Sample,
  order: readonly number[],
): Promise<Pick<Sample, 'image' | 'masks'>> {
  const masks = [...sample.masks];
  let { image } = sample;
  for (let first = 0; first < order.length; first += translator.instancesPerChunk) {
    const chunk = order.slice(first, first + translator.instancesPerChunk);
    const result = await translateChunk(translator, sample, image, chunk);
    image = result.image;
    for (const [i, index] of chunk.entries()) masks[index] = result.masks[i] as Float32Array;
  }
  return { image, masks };
}

async function translateChunk(
  translator: Translator,
  sample: Sample,
  image: Float32Array,
  chunk: readonly number[],
): Promise<{ image: Float32Array; masks: Float32Array[] }> {
  const { width, height } = sample;
  const pixels = height * width;
  const chunkMasks = new Float32Array(chunk.length * pixels).fill(-1);
  for (const [i, index] of chunk.entries()) {
    const mask = sample.masks[index];
    if (mask !== undefined) chunkMasks.set(mask, i * pixels);
  }
  const given = {
    image: tf.tensor4d(image, [1, height, width, 3]),
    masks: tf.tensor4d(chunkMasks, [chunk.length, height, width, 1]),
  };
  let output: Record<'image' | 'masks', tf.Tensor> | undefined;
  try {
    output = generate(translator, given);
    const values = (await output.masks.data()) as Float32Array;
    return {
      image: (await output.image.data()) as Float32Array,
      masks: chunk.map((_, i) => values.slice(i * pixels, (i + 1) * pixels)),
    };
  } finally {
    tf.dispose([...Object.values(given), ...Object.values(output ?? {})]);
  }
}

/** One image with all of its masks, through the generator; the result belongs to the caller. */
function generate(
  { networks, parameters, programs = directRunner }: Translator,
  given: Record<'image' | 'masks', tf.Tensor4D>,
): Record<'image' | 'masks', tf.Tensor> {
  const outputs = programs.run({
    key: programKey('translation', given, { weights: numberOf(parameters) }),
    inputs: given,
    state: [{ tensors: () => [...parameters.values()], replace: leaveAsTheyAre }],
    compute: ({ image, masks }) => {
      const counts = [given.masks.shape[0]];
      const output = networks.generate(parameters, {
        image: image as tf.Tensor4D,
        masks: masks as tf.Tensor4D,
        counts,
      });
      return { image: output.image, masks: output.masks };
    },
  });
  return outputs as Record<'image' | 'masks', tf.Tensor>;
}

/** Weights of which nothing is trained are never replaced. */
function leaveAsTheyAre(): never {
  throw new Error('A translation changes no weights.');
}

const numbers = new WeakMap<Parameters, number>();
let latestNumber = 0;

/** Tells weights apart. */
function numberOf(parameters: Parameters): number {
  const number = numbers.get(parameters) ?? ++latestNumber;
  numbers.set(parameters, number);
  return number;
}
