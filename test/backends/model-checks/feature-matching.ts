import {
  createRng,
  type DeviceSample,
  disposeTrainingState,
  type InstanceSet,
  joinSamples,
  type ModelName,
  spectrallyNormalised,
  translationModel,
} from '@instagan/core';
import { disposeSamples } from '@instagan/core/internals/instagan';
import { tinyConfig } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { checkOptionalLoss, computedStep } from './optional-loss.ts';
import { advance, differentiated, LEARNING_RATE, SIZE, stateBefore, upload } from './tiny-model.ts';

const WEIGHT = 5;
/** Real samples of domain B: fewer than those of A, so that one is compared with two. */
const [INSTANCES_OF_A, INSTANCES_OF_B] = [[2, 1], [2]];
/** The difference of two steps rounds more than one step does. */
const GRADIENTS_EQUAL = 2e-4;

/**
 * The feature matching of a step is that of its equation, on whatever backend is open: its value, and its part of the
 * gradients of the generators.
 */
export async function checkFeatureMatching(t: Test, name: ModelName, joinCalls: boolean): Promise<void> {
  const model = translationModel({ model: name, ...SIZE });
  const [a, b] = [upload(INSTANCES_OF_A, 'a', model.view), upload(INSTANCES_OF_B, 'b', model.view)];
  const stepWith = (featureMatching: number) => {
    const config = tinyConfig({ model: name, weights: { featureMatching }, instancesPerChunk: 2 });
    return computedStep(model, { a, b }, { config, learningRate: LEARNING_RATE, joinCalls, poolRng: createRng(1) });
  };
  const without = await stepWith(0);
  const withLoss = await stepWith(WEIGHT);
  t.notOk('featureMatchingA' in without.losses, 'without a weight it is not computed');
  t.equal(withLoss.losses.generatorA, without.losses.generatorA, 'the other losses are the same');

  for (const [domain, samples, reals, network, opponent] of [
    ['A', a, [b[0], b[0]], 'generatorAToB', 'discriminatorB'],
    ['B', b, [a[0]], 'generatorBToA', 'discriminatorA'],
  ] as const) {
    const state = stateBefore(model);
    const { trained, spectral } = state[opponent];
    const features = (set: InstanceSet) =>
      model.discriminate(spectrallyNormalised(trained.parameters, spectral), set).features;
    advance(state[opponent]);
    const real = features(joinSamples(reals as readonly DeviceSample[]));
    t.equal(real.length, 4, 'layers');
    const expected = differentiated(state[network].parameters, (own) => {
      const fake = features(model.generate(own, joinSamples(samples)));
      const distances = fake.map((layer, i) => tf.mean(tf.abs(tf.sub(layer, real[i]!))));
      return tf.mul(tf.div(tf.addN(distances), distances.length), WEIGHT) as tf.Scalar;
    });
    const what = { loss: `featureMatching${domain}`, network };
    await checkOptionalLoss(t, { withLoss, without }, what, expected, GRADIENTS_EQUAL);
    for (const [name, values] of without.gradients[opponent] ?? []) {
      t.same(withLoss.gradients[opponent]?.get(name), values, `${opponent} ${name} learns nothing from it`);
    }
    disposeTrainingState(state);
  }
  disposeSamples([...a, ...b]);
}
