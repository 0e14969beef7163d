import type { ParameterSpec, Parameters } from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import type { SegmenterConfig } from '../config/segmenter-config.ts';
import { unetMultiplePx } from '../config/unet-multiple.ts';
import { patchDiscriminator, patchDiscriminatorSpecs } from './patch-discriminator.ts';
import { unet, unetSpecs } from './unet.ts';

/** What a segmenter predicts for a batch of images, `[batch, height, width, 1]` each, values in [-1, 1]. */
export interface Prediction {
  readonly mask: tf.Tensor4D;
  /** How deep inside its instance a pixel lies, -1 at the border; null for a segmenter that predicts the mask alone. */
  readonly depth: tf.Tensor4D | null;
  /** Both, as channels. */
  readonly all: tf.Tensor4D;
}

export interface SegmenterNetworks {
  readonly generatorSpecs: readonly ParameterSpec[];
  readonly discriminatorSpecs: readonly ParameterSpec[];
  /** Height and width must be multiples of this, in pixels. */
  readonly multiplePx: number;
  /** @param image `[batch, height, width, 3]`, values in [-1, 1] */
  predict(parameters: Parameters, image: tf.Tensor4D): Prediction;
  /** @param masks true or predicted, as in `Prediction.all` @returns patch scores, 1 for true and 0 for predicted */
  discriminate(parameters: Parameters, image: tf.Tensor4D, masks: tf.Tensor4D): tf.Tensor4D;
}

export function segmenterNetworks(
  config: Pick<SegmenterConfig, 'ngf' | 'ndf' | 'levels' | 'refine' | 'depth'>,
): SegmenterNetworks {
  const { ngf, ndf, levels, refine, depth } = config;
  const size = { ngf, levels, refine, outputs: depth ? 2 : 1 };
  return {
    generatorSpecs: unetSpecs(size),
    discriminatorSpecs: patchDiscriminatorSpecs(size.outputs, ndf),
    multiplePx: unetMultiplePx(levels),
    predict: (parameters, image) => {
      const all = unet(parameters, size, image);
      if (!depth) return { mask: all, depth: null, all };
      const [mask, depthMap] = tf.split(all, [1, 1], 3) as [tf.Tensor4D, tf.Tensor4D];
      return { mask, depth: depthMap, all };
    },
    discriminate: patchDiscriminator,
  };
}
