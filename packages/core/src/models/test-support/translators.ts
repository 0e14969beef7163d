import * as tf from '@tensorflow/tfjs';
import type { InstanceSet } from '../../networks/instance-set.ts';
import { initialParameters } from '../../networks/parameters.ts';
import { createRng } from '../../random/rng.ts';
import type { ModelName } from '../model-names.ts';
import type { Translator } from '../translation-model.ts';
import { translationModel } from '../translation-models.ts';

/** A model of its first weights, with as few of them as there can be. */
export function tinyTranslator(name: ModelName): Translator {
  const model = translationModel({ model: name, ngf: 2, ndf: 2, blocks: 1 });
  const parameters = initialParameters(model.generatorSpecs, createRng(1, name));
  return { model, parameters, instancesPerChunk: 2 };
}

/** A bright image with dark objects, in bytes. */
export function photoOf(
  width: number,
  height: number,
  objects: readonly (readonly [left: number, top: number, side: number])[],
) {
  const rng = createRng(6, 'photo', width);
  const image = Uint8Array.from({ length: width * height * 3 }, () => 150 + rng.integer(100));
  const masks = objects.map(([left, top, side]) => {
    const mask = new Uint8Array(width * height);
    for (let y = top; y < top + side; y++) mask.fill(255, y * width + left, y * width + left + side);
    return mask;
  });
  return { name: 'photo', width, height, image, masks };
}

/** Paints all it is given in one colour, and leaves the masks. */
export function paintingTranslator(calls: { batch: number; side: number; objectPx: number[] }[]): Translator {
  const { model } = tinyTranslator('instagan');
  return {
    parameters: new Map(),
    instancesPerChunk: 2,
    trained: { size: { width: 32, height: 32 }, objectSidePx: 16 },
    model: {
      ...model,
      generate: (_parameters, { image, masks, counts }: InstanceSet) => {
        const objectPx = [...tf.sum(tf.relu(masks), [1, 2, 3]).dataSync()];
        calls.push({ batch: image.shape[0], side: image.shape[1], objectPx });
        return { image: tf.fill(image.shape, -1) as tf.Tensor4D, masks: tf.clone(masks), counts };
      },
    },
  };
}
