import {
  createRng,
  disposeTrainingState,
  type InstanceSet,
  joinSamples,
  type Parameters,
  setGenerator,
  spectrallyNormalised,
  translationModel,
} from '@instagan/core';
import { disposeSamples, objectDiscriminator } from '@instagan/core/internals/instagan';
import { tinyConfig } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { checkOptionalLoss, computedStep } from './optional-loss.ts';
import { advance, differentiated, gradientError, LEARNING_RATE, SIZE, stateBefore, upload } from './tiny-model.ts';

const WEIGHT = 3;
const PARTS = { hasObjectDiscriminators: true };
const LOSSES_EQUAL = 1e-4;
/** Crops round more than whole images do. */
const GRADIENTS_EQUAL = 2e-4;

/**
 * The losses of object discriminators are those of their equations, on whatever backend is open: what the generators learn from
 * them, and what they learn themselves. The crops are checked as an op.
 */
export async function checkObjectDiscriminator(t: Test, joinCalls: boolean): Promise<void> {
  const model = translationModel(SIZE);
  const [a, b] = [upload([2], 'a'), upload([1], 'b')];
  const stepWith = (weight: number) => {
    const config = tinyConfig({ weights: { objectDiscriminator: weight }, instancesPerChunk: 2 });
    const settings = { config, learningRate: LEARNING_RATE, joinCalls, poolRng: createRng(1) };
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
    const forGenerator = differentiated(parameters, (own) =>
      tf.mul(meanOfPresent(frozen, setGenerator(own, SIZE, input), 1), WEIGHT),
    );
    const what = { loss: `objectGenerator${domain}`, network };
    await checkOptionalLoss(t, { withLoss, without }, what, forGenerator, GRADIENTS_EQUAL);

    advance(discriminator);
    const fake = setGenerator(parameters, SIZE, input);
    const { value, gradients } = differentiated(discriminator.trained.parameters, (own) => {
      const weights = spectrallyNormalised(own, discriminator.spectral);
      return tf.div(tf.add(meanOfPresent(weights, joinSamples(reals), 1), meanOfPresent(weights, fake, 0)), 2);
    });
    const [loss = 0] = await value.data();
    t.ok(loss > 0.01 && Math.abs(withLoss.losses[opponent]! / loss - 1) < LOSSES_EQUAL, `${opponent} has ${loss}`);
    for (const [name, gradient] of gradients) {
      const error = await gradientError(withLoss.gradients[opponent]?.get(name), gradient);
      t.ok(error < GRADIENTS_EQUAL, `${opponent} ${name}: the gradient is off by ${error}`);
    }
    disposeTrainingState(state);
  }
  disposeSamples([...a, ...b]);
}

/** The mean of (score - target)^2 of the objects whose mask is not empty. */
function meanOfPresent(weights: Parameters, set: InstanceSet, target: number): tf.Scalar {
  const { scores, present } = objectDiscriminator(weights, set);
  const each = tf.mean(tf.square(tf.sub(scores, target)), [1, 2, 3]);
  const there = tf.reshape(present, [-1]);
  return tf.div(tf.sum(tf.mul(each, there)), tf.maximum(tf.sum(there), 1));
}
