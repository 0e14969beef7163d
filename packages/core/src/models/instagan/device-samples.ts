import * as tf from '@tensorflow/tfjs';
import type { MaskTruth, Sample } from '../../data/sample.ts';
import type { DeviceSample } from '../../networks/instance-set.ts';
import type { TranslationModel } from '../translation-model.ts';

/** {@link MaskTruth} on the device, `[instances, height, width, 1]` each. */
export interface DeviceTruth {
  readonly masks: tf.Tensor4D;
  readonly targets: tf.Tensor4D;
}

/** Brings samples to the device. */
export function uploadSamples(samples: readonly Sample[]): DeviceSample[] {
  return samples.map((sample) => {
    const { width, height, image } = sample;
    return { image: tf.tensor4d(image, [1, height, width, 3]), masks: uploadMasks(sample) };
  });
}

/**
 * Brings the truth about the samples' masks to the device; masks that were not jittered are the truth themselves.
 *
 * @param view how the model sees samples
 */
export function uploadTruth(samples: readonly Sample[], view: TranslationModel['view']): DeviceTruth[] {
  return samples.map((sample) => {
    const { masks, targets }: MaskTruth = sample.truth ?? { masks: sample.masks, targets: sample.masks };
    return {
      masks: uploadMasks(view({ ...sample, masks })),
      targets: uploadMasks(view({ ...sample, masks: targets })),
    };
  });
}

function uploadMasks({ width, height, masks }: Sample): tf.Tensor4D {
  const planes = new Float32Array(masks.length * height * width);
  for (const [i, mask] of masks.entries()) planes.set(mask, i * height * width);
  return tf.tensor4d(planes, [masks.length, height, width, 1]);
}

export function disposeSamples(samples: readonly DeviceSample[]): void {
  for (const { image, masks } of samples) tf.dispose([image, masks]);
}
