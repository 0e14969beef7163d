import * as tf from '@tensorflow/tfjs';
import { mergeMasks } from '../../data/merge-masks.ts';
import { decoder, decoderSpecs } from '../../networks/decoder.ts';
import { encoder, encoderSpecs } from '../../networks/encoder.ts';
import type { InstanceSet } from '../../networks/instance-set.ts';
import type { InstaganSettings } from '../instagan/instagan.ts';
import { beginLearning } from '../instagan/learner.ts';
import { classifier, classifierSpecs, featureSpecs, patchFeatures } from '../instagan/set-discriminator.ts';
import { SIDE_PX } from '../instagan/set-generator.ts';
import type { TranslationModel } from '../translation-model.ts';

/**
 * The paper's baselines: CycleGAN (Zhu et al. 2017) on the image, or on the image and the union of its masks as a fourth
 * channel. Both learn as InstaGAN does from samples with a single mask.
 */
export function cyclegan(name: 'cyclegan' | 'cyclegan-seg', settings: InstaganSettings): TranslationModel {
  const { ngf } = settings;
  const withMask = name === 'cyclegan-seg';
  const channels = withMask ? 4 : 3;
  const pixels = ({ image, masks }: InstanceSet): tf.Tensor4D => (withMask ? tf.concat([image, masks], 3) : image);
  const model: TranslationModel = {
    name,
    key: JSON.stringify({ ...settings, name }),
    masks: withMask ? 'union' : 'none',
    sidePx: SIDE_PX,
    view: mergeMasks,
    generatorSpecs: [
      ...encoderSpecs('imageEncoder', channels, settings),
      ...decoderSpecs('imageDecoder', ngf, channels, settings),
    ],
    discriminatorSpecs: [...featureSpecs('imageFeatures', channels, settings), ...classifierSpecs(1, settings)],
    objectDiscriminatorSpecs: [],
    maskSlots: () => (withMask ? 1 : 0),
    generate(parameters, set) {
      const features = encoder(parameters, 'imageEncoder', settings, pixels(set));
      const y = decoder(parameters, 'imageDecoder', settings, features);
      if (!withMask) return { ...set, image: y };
      const [image, masks] = tf.split(y, [3, 1], 3) as [tf.Tensor4D, tf.Tensor4D];
      return { image, masks, counts: set.counts };
    },
    discriminate(parameters, set) {
      const features = patchFeatures(parameters, 'imageFeatures', pixels(set));
      return classifier(parameters, features.at(-1) as tf.Tensor4D, features.slice(0, -1));
    },
    usable: (pair) => pair,
    reasonToSkip: () => null,
    begin: (...training) => beginLearning(model, ...training),
  };
  return model;
}
