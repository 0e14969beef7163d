import {
  advanceSpectralState,
  createRng,
  type DeviceSample,
  disposeTrainingState,
  type InstanceSet,
  joinSamples,
  type ModelName,
  spectrallyNormalised,
  translationModel,
} from '@instagan/core';
import { disposeSamples, uploadSamples } from '@instagan/core/internals/instagan';
import { tinyConfig, tinySample } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { checkOptionalLoss, computedStep, stateBefore } from './optional-loss.ts';

const SIZE = { ngf: 2, ndf: 2, blocks: 1 };
const SIDE_PX = 24;
const WEIGHT = 5;
/** Real samples of domain B: fewer than those of A, so that one is compared with two. */
const [INSTANCES_OF_A, INSTANCES_OF_B] = [[2, 1], [2]];

/**
 * The feature matching of a step is that of its equation, on whatever backend is open: its value, and its part of the
 * gradients of the generators.
 */
export async function checkFeatureMatching(t: Test, name: ModelName, joinCalls: boolean): Promise<void> {
  const model = translationModel({ model: name, ...SIZE });
  const upload = (counts: readonly number[], domain: string) =>
    uploadSamples(counts.map((count, i) => model.view(tinySample(`${domain}${i}`, count, SIDE_PX))));
  const [a, b] = [upload(INSTANCES_OF_A, 'a'), upload(INSTANCES_OF_B, 'b')];
  const learningRate = { generator: 1e-3, discriminator: 1e-3 };
  const stepWith = (featureMatching: number) => {
    const config = tinyConfig({ model: name, weights: { featureMatching }, instancesPerChunk: 2 });
    return computedStep(model, { a, b }, { config, learningRate, joinCalls, poolRng: createRng(1) });
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
    const { parameters } = state[network];
    const { trained, spectral } = state[opponent];
    const features = (set: InstanceSet) =>
      model.discriminate(spectrallyNormalised(trained.parameters, spectral), set).features;
    // The step begins with a power iteration.
    tf.tidy(() => advanceSpectralState(spectral, trained.parameters));
    const real = features(joinSamples(reals as readonly DeviceSample[]));
    t.equal(real.length, 4, 'layers');
    const names = [...parameters.keys()];
    const expected = tf.valueAndGrads((...values: tf.Tensor[]) => {
      const swapped = new Map(names.map((name, i) => [name, values[i] as tf.Tensor]));
      const fake = features(model.generate(swapped, joinSamples(samples)));
      const distances = fake.map((layer, i) => tf.mean(tf.abs(tf.sub(layer, real[i]!))));
      return tf.mul(tf.div(tf.addN(distances), distances.length), WEIGHT) as tf.Scalar;
    })(names.map((name) => parameters.get(name) as tf.Tensor));
    const what = { loss: `featureMatching${domain}`, network, parameters };
    await checkOptionalLoss(t, { withLoss, without }, what, expected, 2e-4);
    for (const [name, values] of without.gradients[opponent] ?? []) {
      t.same(withLoss.gradients[opponent]?.get(name), values, `${opponent} ${name} learns nothing from it`);
    }
    disposeTrainingState(state);
  }
  disposeSamples([...a, ...b]);
}
