import * as tf from '@tensorflow/tfjs';
import { BACKEND_NAMES } from '../backends/backend.ts';
import type { Checkpoint } from '../checkpoint/checkpoint-reader.ts';
import { type TrainingConfig, translationConfigs } from '../config/training-config.ts';
import type { TrainingPair } from '../data/pair-source.ts';
import { checkMemory } from '../memory/check-memory.ts';
import { translationNetworks } from '../networks/translation-networks.ts';
import { createRng } from '../random/rng.ts';
import { disposeSamples, uploadSamples, uploadTruth } from './device-samples.ts';
import { instaganSymptoms } from './instagan-symptoms.ts';
import type { MeasurementName } from './measurements.ts';
import { samplePictures } from './sample-pictures.ts';
import { stateFromCheckpoint, stateToCheckpoint } from './state-arrays.ts';
import { trainStep } from './train-step.ts';
import type { MemoryForecast, Trainable, Trainee, TrainingBackend } from './trainee.ts';
import { disposeTrainingState, initialTrainingState } from './training-state.ts';
import { missingInstances, withInstances } from './with-instances.ts';

/** InstaGAN and its baselines, for `trainRun`. */
export const instaganTrainable: Trainable<TrainingConfig, TrainingPair> = {
  configs: translationConfigs,
  checkMemory: checkInstaganMemory,
  begin: beginInstagan,
};

async function checkInstaganMemory(
  config: TrainingConfig,
  backend: TrainingBackend,
): Promise<MemoryForecast | undefined> {
  const name = BACKEND_NAMES.find((each) => each === backend.name);
  if (name === undefined) return undefined;
  const { gpu, software = false } = backend;
  const { needed, summary, warning } = await checkMemory(config, { name, gpu, software });
  const { ramBytes, deviceBytes } = needed;
  return { ramBytes, deviceBytes, summary, ...(warning === undefined ? {} : { warning }) };
}

function beginInstagan(
  config: TrainingConfig,
  checkpoint: Checkpoint | null,
  backend: TrainingBackend,
): Trainee<TrainingPair> {
  const { model, seed, poolSize } = config;
  const networks = translationNetworks(model, config);
  const state =
    checkpoint === null
      ? initialTrainingState(networks, seed, poolSize)
      : stateFromCheckpoint(checkpoint, networks, seed, poolSize);
  return {
    obstacle: (pair) => (model === 'instagan' ? missingInstances(pair) : null),
    *learn(pair, { step, learningRate }) {
      const usable = model === 'instagan' ? withInstances(pair) : pair;
      const a = uploadSamples(usable.a, model);
      const b = uploadSamples(usable.b, model);
      const isJittered = [...usable.a, ...usable.b].some((sample) => sample.truth !== undefined);
      const truth = isJittered ? { a: uploadTruth(usable.a, model), b: uploadTruth(usable.b, model) } : undefined;
      const poolRng = createRng(seed, 'pool', step);
      const motionRng = createRng(seed, 'motion', step);
      try {
        const { gpu: joinCalls, programs } = backend;
        const settings = { config, learningRate, poolRng, motionRng, joinCalls, programs, ...(truth && { truth }) };
        for (const { measurements } of trainStep(state, networks, a, b, settings)) yield measurements;
      } finally {
        disposeSamples([...a, ...b]);
        for (const { masks, targets } of [...(truth?.a ?? []), ...(truth?.b ?? [])]) tf.dispose([masks, targets]);
      }
    },
    examine: (means) => {
      const { fakeMasksA: _, fakeMasksB: __, ...losses } = means;
      return { losses, symptoms: instaganSymptoms(means as Record<MeasurementName, number>) };
    },
    pictures: (pair) => samplePictures(state, networks, pair, config),
    toCheckpoint: () => stateToCheckpoint(state, { model, seed }),
    dispose: () => disposeTrainingState(state),
  };
}
