import { adversarialLoss, type Gradients, lossAndGradients, type Measurements } from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import type { SegmenterConfig } from '../config/segmenter-config.ts';
import { depthLoss, jaccardLoss, l1Loss } from '../losses/content-loss.ts';
import type { SegmenterNetworks } from '../networks/segmenter-networks.ts';
import type { SegmenterState } from './segmenter-state.ts';

/** `predictedMasks`: mean value of the predicted masks, -1 all background and 1 all object. */
export type SegmenterMeasurement = 'generator' | 'l1' | 'jaccard' | 'depth' | 'discriminator' | 'predictedMasks';

/** A batch on the device, values in [-1, 1]. */
export interface DeviceBatch {
  /** `[batch, height, width, 3]` */
  readonly image: tf.Tensor4D;
  /** `[batch, height, width, 1]` */
  readonly mask: tf.Tensor4D;
  /** `[batch, height, width, 1]`; see `targetsOf` */
  readonly depth: tf.Tensor4D;
}

export interface SegmenterStepSettings {
  readonly config: Pick<SegmenterConfig, 'weights' | 'adam'>;
  readonly learningRate: { readonly generator: number; readonly discriminator: number };
}

/**
 * One update of the generator and, if the adversarial loss has a weight, one of the discriminator:
 *
 *     G: weights.adversarial (D(x, y) - 1)^2 + weights.l1 L1(m, t) + weights.jaccard J(m, t) + weights.depth L1(d, e)
 *     D: ((D(x, truth) - 1)^2 + D(x, y)^2) / 2
 *
 * with the image x, the prediction y = (m, d) = G(x) and the truth (t, e): pix2pix's equation 4 with the least-squares GAN
 * loss (Mao et al. 2017; the option `--gan_mode lsgan` of the authors' code), with a soft Jaccard loss J against the
 * imbalance of object and background, and the L1 of the depth.
 *
 * @returns scalars that belong to the caller
 */
export function segmenterStep(
  { generator, discriminator }: SegmenterState,
  networks: SegmenterNetworks,
  batch: DeviceBatch,
  { config, learningRate }: SegmenterStepSettings,
): Measurements<SegmenterMeasurement> {
  const { weights, adam } = config;
  const measurements: Measurements<SegmenterMeasurement> = new Map();
  const measure = (name: SegmenterMeasurement, value: tf.Scalar) => {
    measurements.set(name, tf.keep(tf.clone(value)));
    return value;
  };
  tf.tidy(() => {
    let fake = batch.mask;
    const forGenerator = lossAndGradients(() => {
      const { mask, depth, all } = networks.predict(generator.parameters, batch.image);
      fake = tf.keep(tf.clone(all));
      measure('predictedMasks', tf.mean(mask));
      const terms = [
        measure('l1', tf.mul(l1Loss(mask, batch.mask), weights.l1)),
        measure('jaccard', tf.mul(jaccardLoss(mask, batch.mask), weights.jaccard)),
      ];
      if (depth !== null) {
        terms.push(measure('depth', tf.mul(depthLoss(depth, batch.depth, batch.mask), weights.depth)));
      }
      if (weights.adversarial > 0) {
        const scores = networks.discriminate(discriminator.parameters, batch.image, all);
        terms.push(measure('generator', adversarialLoss(scores, 1, weights.adversarial)));
      }
      return tf.addN(terms) as tf.Scalar;
    }, [generator.parameters]);
    const rates = generator.nextRates(learningRate.generator, adam);
    generator.update(forGenerator.gradients[0] as Gradients, rates, adam);
    if (weights.adversarial > 0) {
      const truth = fake.shape[3] === 1 ? batch.mask : tf.concat([batch.mask, batch.depth], 3);
      const [count] = batch.image.shape;
      const images = tf.concat([batch.image, batch.image], 0);
      const both = tf.concat([truth, fake], 0);
      const forDiscriminator = lossAndGradients(() => {
        const scores = networks.discriminate(discriminator.parameters, images, both);
        const [real, false_] = tf.split(scores, [count, count], 0) as [tf.Tensor4D, tf.Tensor4D];
        return tf.add(adversarialLoss(real, 1, 0.5), adversarialLoss(false_, 0, 0.5));
      }, [discriminator.parameters]);
      measure('discriminator', forDiscriminator.loss);
      const rates = discriminator.nextRates(learningRate.discriminator, adam);
      discriminator.update(forDiscriminator.gradients[0] as Gradients, rates, adam);
    }
    tf.dispose(fake);
  });
  return measurements;
}
