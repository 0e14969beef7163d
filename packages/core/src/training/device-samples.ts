import * as tf from '@tensorflow/tfjs';
import type { Sample } from '../data/sample.ts';
import { mergeMasks } from '../inference/merge-masks.ts';
import type { DeviceSample } from '../networks/instance-set.ts';
import type { ModelName } from '../networks/translation-networks.ts';

/** Brings samples to the device as the model sees them: the baselines have one mask, the union. */
export function uploadSamples(samples: readonly Sample[], model: ModelName): DeviceSample[] {
  return samples.map((sample) => {
    const { width, height, image, masks } = model === 'instagan' ? sample : mergeMasks(sample);
    const planes = new Float32Array(masks.length * height * width);
    for (const [i, mask] of masks.entries()) planes.set(mask, i * height * width);
    return {
      image: tf.tensor4d(image, [1, height, width, 3]),
      masks: tf.tensor4d(planes, [masks.length, height, width, 1]),
    };
  });
}

export function disposeSamples(samples: readonly DeviceSample[]): void {
  for (const { image, masks } of samples) tf.dispose([image, masks]);
}
