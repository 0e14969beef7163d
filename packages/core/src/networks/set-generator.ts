import * as tf from '@tensorflow/tfjs';
import { setSpread, setSum } from '../ops/set-sum.ts';
import { decoder, decoderSpecs } from './decoder.ts';
import { encoder, encoderSpecs } from './encoder.ts';
import type { InstanceSet } from './instance-set.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';

export interface GeneratorSize {
  /** Channels after the first convolution. */
  readonly ngf: number;
  /** Residual blocks of an encoder. */
  readonly blocks: number;
}

export function setGeneratorSpecs({ ngf, blocks }: GeneratorSize): ParameterSpec[] {
  return [
    ...encoderSpecs('imageEncoder', 3, ngf, blocks),
    ...encoderSpecs('maskEncoder', 1, ngf, blocks),
    ...decoderSpecs('imageDecoder', 2 * ngf, 3),
    ...decoderSpecs('maskDecoder', 3 * ngf, 1),
  ];
}

/**
 * The set generator G (paper, section 2.2, equations 1 and 2): translates an image x together with the masks a_n of
 * its instances,
 *
 *     h   = f_GX(x) joined with sum_n f_GA(a_n)
 *     x'  = g_GX(h)
 *     a_n' = g_GA(f_GA(a_n) joined with h).
 *
 * The image is invariant to the order of the instances, and the masks follow it (equivariance).
 *
 * @param set height and width multiples of 4, at least 16
 * @returns the translated image and masks, in the shapes and order of `set`
 * @throws Error if height or width is not a multiple of 4
 */
export function setGenerator(parameters: Parameters, { blocks }: GeneratorSize, set: InstanceSet): InstanceSet {
  const { image, masks, counts } = set;
  const [, height, width] = image.shape;
  if (height % 4 !== 0 || width % 4 !== 0) {
    throw new Error(`The generator takes sizes that are multiples of 4, not ${height}x${width}.`);
  }
  const imageFeatures = encoder(parameters, 'imageEncoder', blocks, image);
  const maskFeatures = encoder(parameters, 'maskEncoder', blocks, masks);
  const context = tf.concat([imageFeatures, setSum(maskFeatures, counts)], 3);
  return {
    image: decoder(parameters, 'imageDecoder', context),
    masks: decoder(parameters, 'maskDecoder', tf.concat([maskFeatures, setSpread(context, counts)], 3)),
    counts,
  };
}
