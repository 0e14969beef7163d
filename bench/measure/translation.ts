import { createRng, initialParameters, type OpenBackend, type Translator, translationModel } from '@instagan/core';
import type { NetworkSetting } from '../settings.ts';

/** A translator of a setting with initial weights; the same on every backend. */
export function initialTranslator(backend: OpenBackend, setting: NetworkSetting): Translator {
  const model = translationModel(setting);
  const parameters = initialParameters(model.generatorSpecs, createRng(0, 'bench', 'weights'));
  return { model, parameters, instancesPerChunk: setting.instancesPerChunk, programs: backend.programs };
}
