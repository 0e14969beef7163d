import * as tf from '@tensorflow/tfjs';
import { decoder, decoderSpecs } from './decoder.ts';
import { encoder, encoderSpecs } from './encoder.ts';
import type { InstanceSet } from './instance-set.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import {
  classifier,
  classifierSpecs,
  discriminatorFeatures,
  featureSpecs,
  setDiscriminator,
  setDiscriminatorSpecs,
} from './set-discriminator.ts';
import { type GeneratorSize, setGenerator, setGeneratorSpecs } from './set-generator.ts';

/** `cyclegan` sees no masks; `cyclegan-seg` sees the union of the masks as a fourth channel (the paper's baselines). */
export const MODEL_NAMES = ['instagan', 'cyclegan', 'cyclegan-seg'] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

export interface NetworkSize extends GeneratorSize {
  /** Channels after the discriminator's first convolution. */
  readonly ndf: number;
}

/** What training and inference need of a model: a generator and a discriminator over images with instances. */
export interface TranslationNetworks {
  readonly name: ModelName;
  readonly generatorSpecs: readonly ParameterSpec[];
  readonly discriminatorSpecs: readonly ParameterSpec[];
  /** Mask channels that count in the average of a reconstruction loss, for chunks of this many instances. */
  maskSlots(instancesPerChunk: number): number;
  generate(parameters: Parameters, set: InstanceSet): InstanceSet;
  /** @param settled see {@link setDiscriminator}; only models with instances have it */
  discriminate(parameters: Parameters, set: InstanceSet, settled?: tf.Tensor4D): tf.Tensor4D;
}

export function translationNetworks(name: ModelName, size: NetworkSize): TranslationNetworks {
  if (name === 'instagan') {
    return {
      name,
      generatorSpecs: setGeneratorSpecs(size),
      discriminatorSpecs: setDiscriminatorSpecs(size.ndf),
      maskSlots: (instancesPerChunk) => instancesPerChunk,
      generate: (parameters, set) => setGenerator(parameters, size, set),
      discriminate: setDiscriminator,
    };
  }
  const withMask = name === 'cyclegan-seg';
  const channels = withMask ? 4 : 3;
  const pixels = ({ image, masks }: InstanceSet): tf.Tensor4D => (withMask ? tf.concat([image, masks], 3) : image);
  return {
    name,
    generatorSpecs: [
      ...encoderSpecs('imageEncoder', channels, size.ngf, size.blocks),
      ...decoderSpecs('imageDecoder', size.ngf, channels),
    ],
    discriminatorSpecs: [...featureSpecs('imageFeatures', channels, size.ndf), ...classifierSpecs(4 * size.ndf)],
    maskSlots: () => (withMask ? 1 : 0),
    generate: (parameters, set) => {
      const y = decoder(parameters, 'imageDecoder', encoder(parameters, 'imageEncoder', size.blocks, pixels(set)));
      if (!withMask) return { ...set, image: y };
      const [image, masks] = tf.split(y, [3, 1], 3) as [tf.Tensor4D, tf.Tensor4D];
      return { image, masks, counts: set.counts };
    },
    discriminate: (parameters, set) =>
      classifier(parameters, discriminatorFeatures(parameters, 'imageFeatures', pixels(set))),
  };
}
