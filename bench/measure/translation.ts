import { createRng, initialParameters, type OpenBackend, type Translator, translationNetworks } from '@instagan/core';
import type { NetworkSetting } from '../settings.ts';

/** A translator of a setting with initial weights; the same on every backend. */
export function initialTranslator(backend: OpenBackend, setting: NetworkSetting): Translator {
  const networks = translationNetworks('instagan', setting);
  const parameters = initialParameters(networks.generatorSpecs, createRng(0, 'bench', 'weights'));
  return { networks, parameters, instancesPerChunk: setting.instancesPerChunk, programs: backend.programs };
}
