import {
  disposeTrainingState,
  initialTrainingState,
  openBackend,
  readMeasurements,
  trainStep,
  translationModel,
} from '@instagan/core';
import { createRng } from '@instagan/core/data';
import { disposeSamples, stateToCheckpoint, uploadSamples } from '@instagan/core/internals/instagan';
import type { ProgramRunner } from '@instagan/core/internals/programs';
import { tinyConfig, tinySample } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { skipReason } from '../helpers/open-backend.ts';

/** Of domain A and B, step by step: some come again. */
const NUMBERS_OF_INSTANCES = [
  [4, 4],
  [1, 3],
  [4, 4],
  [1, 3],
  [1, 3],
  [4, 4],
] as const;

const skip = await skipReason('webgpu');

t.test(
  'a replayed training step is one computed anew, bit for bit, whatever the numbers of instances',
  { skip },
  async (t) => {
    const backend = await openBackend('webgpu');
    t.teardown(() => backend.close());
    const model = translationModel({ ngf: 2, ndf: 2, blocks: 1 });
    const config = tinyConfig({ instancesPerChunk: 2 });
    const train = async (programs?: ProgramRunner) => {
      const state = initialTrainingState(model, 1, 2);
      const losses: Record<string, number>[] = [];
      for (const [step, [instancesOfA, instancesOfB]] of NUMBERS_OF_INSTANCES.entries()) {
        const a = uploadSamples([tinySample(`a${step}`, instancesOfA)]);
        const b = uploadSamples([tinySample(`b${step}`, instancesOfB)]);
        const learningRate = { generator: 1e-4 / (step + 1), discriminator: 1e-4 };
        const plan = { learningRate, reconstruction: 0.9 - step / 20, poolRng: createRng(1, step) };
        const settings = { config, ...plan, joinCalls: backend.gpu, programs };
        const updates = Array.from(trainStep(state, model, a, b, settings), ({ measurements }) => measurements);
        losses.push(await readMeasurements(updates));
        disposeSamples([...a, ...b]);
      }
      const { files } = await stateToCheckpoint(state, {});
      disposeTrainingState(state);
      return { losses, files };
    };
    const before = tf.memory().numTensors;
    const [direct, replayed] = [await train(), await train(backend.programs)];
    t.same(replayed.losses, direct.losses, 'losses');
    t.same(replayed.files, direct.files, 'weights, moments, spectral vectors and image pools');
    t.equal(tf.memory().numTensors, before, 'and nothing is left behind');
  },
);
