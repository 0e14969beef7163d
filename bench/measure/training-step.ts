import {
  createRng,
  type DeviceSample,
  initialTrainingState,
  type OpenBackend,
  type TrainingState,
  trainStep,
  translationModel,
} from '@instagan/core';
import { uploadSamples } from '@instagan/core/internals/instagan';
import type { NetworkSetting } from '../settings.ts';
import { randomSample } from './random-sample.ts';

/** Networks of a setting that are trained on images of noise; the same on every backend. */
export interface SteppedTraining {
  readonly state: TrainingState;
  /** Does a step: what each chunk computed, as `trainStep` yields it. */
  step(a: readonly DeviceSample[], b: readonly DeviceSample[]): ReturnType<typeof trainStep>;
  /** An image of each domain with so many instances, on the device. */
  samples(instances: number): { readonly a: DeviceSample[]; readonly b: DeviceSample[] };
}

/** @param keepGradients whether the chunks hand out gradients */
export function steppedTraining(backend: OpenBackend, setting: NetworkSetting, keepGradients = false): SteppedTraining {
  const model = translationModel(setting);
  const state = initialTrainingState(model, 0, 50);
  const settings = {
    config: {
      instancesPerChunk: setting.instancesPerChunk,
      weights: { cycle: 10, identity: 10, context: 10 },
      adam: { beta1: 0.5, beta2: 0.999 },
    },
    learningRate: { generator: 2e-4, discriminator: 1e-4 },
    poolRng: createRng(0, 'bench', 'pool'),
    joinCalls: backend.gpu,
    programs: backend.programs,
    keepGradients,
  };
  const upload = (domain: string, instances: number) =>
    uploadSamples([randomSample(domain, { ...setting, instances })]);
  return {
    state,
    step: (a, b) => trainStep(state, model, a, b, settings),
    samples: (instances) => ({ a: upload('A', instances), b: upload('B', instances) }),
  };
}
