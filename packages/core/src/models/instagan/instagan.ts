import type { TranslationModel } from '../translation-model.ts';
import { beginLearning } from './learner.ts';
import { objectDiscriminatorSpecs } from './object-discriminator.ts';
import { type DiscriminatorSettings, setDiscriminator, setDiscriminatorSpecs } from './set-discriminator.ts';
import { type GeneratorSettings, SIDE_PX, setGenerator, setGeneratorSpecs } from './set-generator.ts';
import { reasonToSkip, withInstances } from './with-instances.ts';

export interface InstaganSettings extends GeneratorSettings, DiscriminatorSettings {}

/** InstaGAN (Mo, Cho and Shin 2019): a sample is an image with the set of its instances. */
export function instagan(settings: InstaganSettings): TranslationModel {
  const model: TranslationModel = {
    name: 'instagan',
    key: JSON.stringify({ ...settings, name: 'instagan' }),
    masks: 'each',
    sidePx: SIDE_PX,
    view: (sample) => sample,
    generatorSpecs: setGeneratorSpecs(settings),
    discriminatorSpecs: setDiscriminatorSpecs(settings),
    objectDiscriminatorSpecs: objectDiscriminatorSpecs(settings.ndf),
    maskSlots: (instancesPerChunk) => instancesPerChunk,
    generate: (parameters, set) => setGenerator(parameters, settings, set),
    discriminate: setDiscriminator,
    usable: withInstances,
    reasonToSkip,
    begin: (...training) => beginLearning(model, ...training),
  };
  return model;
}
