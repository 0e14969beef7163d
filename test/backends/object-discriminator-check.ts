import {
  advanceSpectralState,
  createRng,
  disposeTrainingState,
  type InstanceSet,
  joinSamples,
  type Parameters,
  setGenerator,
  spectrallyNormalised,
  translationModel,
} from '@instagan/core';
import {
  type DiscriminatorState,
  disposeSamples,
  objectDiscriminator,
  uploadSamples,
} from '@instagan/core/internals/instagan';
import { tinyConfig, tinySample } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { relativeDistance } from '../helpers/float64.ts';
import { checkOptionalLoss, computedStep, stateBefore } from './optional-loss.ts';

const SIZE = { ngf: 2, ndf: 2, blocks: 1 };
const SIDE_PX = 24;
const WEIGHT = 3;
const PARTS = { hasObjectDiscriminators: true };

/**
 * The losses of object discriminators are those of their equations, on whatever backend is open: what the generators learn from
 * them, and what they learn themselves. The crops are checked as an op.
 */
export async function checkObjectDiscriminator(t: Test, joinCalls: boolean): Promise<void> {
  const model = translationModel(SIZE);
  const upload = (counts: readonly number[], domain: string) =>
    uploadSamples(counts.map((count, i) => tinySample(`${domain}${i}`, count, SIDE_PX)));
  const [a, b] = [upload([2], 'a'), upload([1], 'b')];
  const learningRate = { generator: 1e-3, discriminator: 1e-3 };
  const stepWith = (weight: number) => {
    const config = tinyConfig({ weights: { objectDiscriminator: weight }, instancesPerChunk: 2 });
    const settings = { config, learningRate, joinCalls, poolRng: createRng(1) };
    return computedStep(model, { a, b }, settings, weight > 0 ? PARTS : {});
  };
  const without = await stepWith(0);
  const withLoss = await stepWith(WEIGHT);
  t.notOk('objectGeneratorA' in without.losses || 'objectDiscriminatorA' in without.losses, 'off, they are not there');
  t.equal(withLoss.losses.generatorA, without.losses.generatorA, 'the other losses are the same');
  t.equal(withLoss.losses.discriminatorA, without.losses.discriminatorA, 'and other discriminators learn the same');

  for (const [domain, samples, reals, network, opponent] of [
    ['A', a, b, 'generatorAToB', 'objectDiscriminatorB'],
    ['B', b, a, 'generatorBToA', 'objectDiscriminatorA'],
  ] as const) {
    const state = stateBefore(model, PARTS);
    const discriminator = state[opponent]!;
    const { parameters } = state[network];
    const input = joinSamples(samples);
    advance(discriminator);
    const frozen = spectrallyNormalised(discriminator.trained.parameters, discriminator.spectral);
    const expected = differentiated(parameters, (own) =>
      tf.mul(meanOfPresent(frozen, setGenerator(own, SIZE, input), 1), WEIGHT),
    );
    const what = { loss: `objectGenerator${domain}`, network, parameters };
    await checkOptionalLoss(t, { withLoss, without }, what, expected, 2e-4);

    advance(discriminator);
    const fake = setGenerator(parameters, SIZE, input);
    const { value, grads } = differentiated(discriminator.trained.parameters, (own) => {
      const weights = spectrallyNormalised(own, discriminator.spectral);
      return tf.div(tf.add(meanOfPresent(weights, joinSamples(reals), 1), meanOfPresent(weights, fake, 0)), 2);
    });
    const [loss = 0] = await value.data();
    t.ok(loss > 0.01 && Math.abs(withLoss.losses[opponent]! / loss - 1) < 1e-4, `${opponent} has ${loss}`);
    for (const [i, name] of [...discriminator.trained.parameters.keys()].entries()) {
      const found = withLoss.gradients[opponent]?.get(name) ?? [];
      const error = relativeDistance(found, await grads[i]!.data());
      t.ok(error < 2e-4, `${opponent} ${name}: the gradient is off by ${error}`);
    }
    disposeTrainingState(state);
  }
  disposeSamples([...a, ...b]);
}

function advance({ spectral, trained }: DiscriminatorState): void {
  tf.tidy(() => advanceSpectralState(spectral, trained.parameters));
}

/** The mean of (score - target)^2 of the objects whose mask is not empty. */
function meanOfPresent(weights: Parameters, set: InstanceSet, target: number): tf.Scalar {
  const { scores, present } = objectDiscriminator(weights, set);
  const each = tf.mean(tf.square(tf.sub(scores, target)), [1, 2, 3]);
  const there = tf.reshape(present, [-1]);
  return tf.div(tf.sum(tf.mul(each, there)), tf.maximum(tf.sum(there), 1));
}

function differentiated(parameters: Parameters, loss: (own: Parameters) => tf.Scalar) {
  const names = [...parameters.keys()];
  return tf.valueAndGrads((...values: tf.Tensor[]) =>
    loss(new Map(names.map((name, i) => [name, values[i] as tf.Tensor]))),
  )(names.map((name) => parameters.get(name) as tf.Tensor));
}
