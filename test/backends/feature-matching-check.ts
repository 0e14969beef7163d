import {
  advanceSpectralState,
  createRng,
  type DeviceSample,
  disposeTrainingState,
  type InstanceSet,
  initialTrainingState,
  joinSamples,
  type ModelName,
  readMeasurements,
  spectrallyNormalised,
  trainStep,
  translationModel,
} from '@instagan/core';
import { disposeSamples, uploadSamples } from '@instagan/core/internals/instagan';
import { tinyConfig, tinySample } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';

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
  const gradientsWith = async (featureMatching: number) => {
    const state = initialTrainingState(model, 3, 0);
    const config = tinyConfig({ model: name, weights: { featureMatching }, instancesPerChunk: 2 });
    const settings = { config, learningRate, joinCalls, keepGradients: true, poolRng: createRng(1) };
    const values: Record<string, Map<string, Float32Array>> = {};
    const measured = [];
    for (const chunk of trainStep(state, model, a, b, settings)) {
      measured.push(chunk.measurements);
      for (const [network, gradients] of Object.entries(chunk.gradients)) {
        const own = new Map<string, Float32Array>();
        for (const [name, gradient] of gradients) own.set(name, Float32Array.from(await gradient.data()));
        values[network] = own;
      }
    }
    disposeTrainingState(state);
    return { values, losses: await readMeasurements(measured) };
  };
  const without = await gradientsWith(0);
  const withLoss = await gradientsWith(WEIGHT);
  t.notOk('featureMatchingA' in without.losses, 'without a weight it is not computed');
  t.equal(withLoss.losses.generatorA, without.losses.generatorA, 'the other losses are the same');

  for (const [domain, samples, reals, network, opponent] of [
    ['A', a, [b[0], b[0]], 'generatorAToB', 'discriminatorB'],
    ['B', b, [a[0]], 'generatorBToA', 'discriminatorA'],
  ] as const) {
    const state = initialTrainingState(model, 3, 0);
    const { parameters } = state[network];
    const { trained, spectral } = state[opponent];
    const features = (set: InstanceSet) =>
      model.discriminate(spectrallyNormalised(trained.parameters, spectral), set).features;
    // The step begins with a power iteration.
    tf.tidy(() => advanceSpectralState(spectral, trained.parameters));
    const real = features(joinSamples(reals as readonly DeviceSample[]));
    t.equal(real.length, 4, 'layers');
    const names = [...parameters.keys()];
    const { value, grads } = tf.valueAndGrads((...values: tf.Tensor[]) => {
      const swapped = new Map(names.map((name, i) => [name, values[i] as tf.Tensor]));
      const fake = features(model.generate(swapped, joinSamples(samples)));
      const distances = fake.map((layer, i) => tf.mean(tf.abs(tf.sub(layer, real[i]!))));
      return tf.mul(tf.div(tf.addN(distances), distances.length), WEIGHT) as tf.Scalar;
    })(names.map((name) => parameters.get(name) as tf.Tensor));
    const [expected = 0] = await value.data();
    const found = withLoss.losses[`featureMatching${domain}`];
    t.ok(Math.abs(found - expected) < 1e-4 * expected, `${domain}: ${found} is ${expected}`);
    t.ok(found > 0.01, 'an untrained network does not match');
    for (const [i, name] of names.entries()) {
      const [all, rest] = [withLoss.values[network]?.get(name), without.values[network]?.get(name)];
      const own = Float64Array.from(all ?? [], (value, p) => value - (rest?.[p] as number));
      const scale = Math.hypot(...(all ?? []));
      const distance = Math.hypot(...(await grads[i]!.data()).map((value, p) => value - (own[p] as number)));
      t.ok(distance < 2e-4 * scale + 1e-6, `${network} ${name}: ${distance} of ${scale}`);
    }
    for (const [name, values] of without.values[opponent] ?? []) {
      t.same(withLoss.values[opponent]?.get(name), values, `${opponent} ${name} learns nothing from it`);
    }
    disposeTrainingState(state);
  }
  disposeSamples([...a, ...b]);
}
