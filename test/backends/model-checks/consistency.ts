import { createRng, disposeTrainingState, joinSamples, translationModel } from '@instagan/core';
import { disposeSamples, drawMotion, moved, uploadMotion } from '@instagan/core/internals/instagan';
import { tinyConfig } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { checkOptionalLoss, computedStep } from './optional-loss.ts';
import {
  differentiated,
  GRADIENTS_EQUAL,
  LEARNING_RATE,
  meanDistance,
  SIDE_PX,
  SIZE,
  stateBefore,
  upload,
} from './tiny-model.ts';

const WEIGHT = 7;

/**
 * The consistency loss of a step is that of its equation, on whatever backend is open: its value, and its part of the
 * gradients of the generators. A user who trains for steady videos loses that otherwise.
 */
export async function checkConsistency(t: Test): Promise<void> {
  const model = translationModel(SIZE);
  const [a, b] = [upload([2], 'a'), upload([1], 'b')];
  const stepWith = (consistency: number) => {
    const config = tinyConfig({ weights: { consistency } });
    const rngs = { poolRng: createRng(1), motionRng: createRng(2) };
    return computedStep(model, { a, b }, { config, learningRate: LEARNING_RATE, ...rngs });
  };
  const without = await stepWith(0);
  const withLoss = await stepWith(WEIGHT);
  t.notOk('consistencyA' in without.losses, 'without a weight it is not computed');

  const motion = drawMotion(createRng(2), { height: SIDE_PX, width: SIDE_PX });
  for (const [domain, samples, network] of [
    ['A', a, 'generatorAToB'],
    ['B', b, 'generatorBToA'],
  ] as const) {
    const state = stateBefore(model);
    const { parameters } = state[network];
    const device = uploadMotion(motion, samples);
    const target = moved([model.generate(parameters, joinSamples(samples))], device);
    const after = moved(samples, device);
    const expected = differentiated(parameters, (own) =>
      tf.mul(meanDistance(model.generate(own, after), target, device.seen), WEIGHT),
    );
    const what = { loss: `consistency${domain}`, network };
    await checkOptionalLoss(t, { withLoss, without }, what, expected, GRADIENTS_EQUAL);
    disposeTrainingState(state);
  }
  disposeSamples([...a, ...b]);
}
