import * as tf from '@tensorflow/tfjs';
import type { DeviceSample } from '../../networks/instance-set.ts';
import type { Rng } from '../../random/rng.ts';

/**
 * A history of generated samples (Shrivastava et al. 2017): the discriminator is shown old fakes half of the time, so
 * that it does not forget them. Each sample keeps its own number of instances.
 */
export class ImagePool {
  readonly capacity: number;
  readonly samples: DeviceSample[];

  /** @param samples history to start from, of which the pool takes ownership */
  constructor(capacity: number, samples: DeviceSample[] = []) {
    this.capacity = capacity;
    this.samples = samples;
    for (const sample of samples) hold(sample);
  }

  /**
   * Exchanges a fresh fake for the one the discriminator is to see: itself while the pool fills, afterwards with
   * probability 1/2 a random older one, whose place it takes. What is returned belongs to the caller.
   */
  query(fresh: DeviceSample, rng: Rng): DeviceSample {
    if (this.samples.length < this.capacity) {
      this.samples.push(hold(copy(fresh)));
      return fresh;
    }
    if (this.capacity === 0 || rng.uniform() < 0.5) return fresh;
    const place = rng.integer(this.capacity);
    const old = this.samples[place] as DeviceSample;
    this.samples[place] = hold(copy(fresh));
    const shown = copy(old);
    tf.dispose([old.image, old.masks]);
    return shown;
  }

  dispose(): void {
    for (const { image, masks } of this.samples) tf.dispose([image, masks]);
    this.samples.length = 0;
  }
}

function copy({ image, masks }: DeviceSample): DeviceSample {
  return { image: tf.clone(image), masks: tf.clone(masks) };
}

function hold(sample: DeviceSample): DeviceSample {
  tf.keep(sample.image);
  tf.keep(sample.masks);
  return sample;
}
