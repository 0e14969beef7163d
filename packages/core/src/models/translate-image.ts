import { cutSample, padSample } from '../data/pad-sample.ts';
import type { Sample } from '../data/sample.ts';
import { generateSamples } from './generate-samples.ts';
import type { Translator } from './translation-model.ts';

/**
 * Translates an image whole with the sequential scheme (paper, equation 8): instances a chunk at a time, each chunk starting from
 * the image that the last one left. Memory does not depend on the number of instances.
 *
 * @param sample as the model sees it
 * @param order indices of the instances that change, in the order in which they do; ignored by a model that sees no masks
 * @param instancesPerChunk instances translated at once
 */
export async function translateImage(
  translator: Translator,
  sample: Sample,
  order: readonly number[],
  instancesPerChunk: number,
): Promise<Sample> {
  const { model } = translator;
  const padded = padSample(sample, model.sidePx);
  const masks = [...padded.masks];
  let { image } = padded;
  for (const chunk of model.masks === 'none' ? [[]] : chunksOf(order, instancesPerChunk)) {
    const given = { image, masks: chunk.map((index) => masks[index] as Float32Array) };
    const [result] = await generateSamples(translator, [given], padded);
    image = result!.image;
    for (const [i, index] of chunk.entries()) masks[index] = result!.masks[i] as Float32Array;
  }
  return cutSample({ ...padded, image, masks }, sample.width, sample.height);
}

function chunksOf(order: readonly number[], size: number): readonly number[][] {
  return Array.from({ length: Math.ceil(order.length / size) }, (_, i) => order.slice(i * size, (i + 1) * size));
}
