import { createRng, disposeTrainingState, type TranslationModel, trainStep, translationModel } from '@instagan/core';
import { disposeSamples } from '@instagan/core/internals/instagan';
import { tinyConfig } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { LEARNING_RATE, SIZE, stateBefore, upload } from './tiny-model.ts';
import { changed, type Weights, weightsOf } from './weights.ts';

const RATE = LEARNING_RATE.generator;

interface StepOutcome {
  readonly before: Weights;
  readonly after: Weights;
}

/** One chunk of one step from the same beginning, with these learning rates. */
async function stepWith(model: TranslationModel, generator: number, discriminator: number): Promise<StepOutcome> {
  const state = stateBefore(model);
  const [a, b] = [upload([2], 'a'), upload([1], 'b')];
  const before = await weightsOf(state);
  const learningRate = { generator, discriminator };
  const results = trainStep(state, model, a, b, { config: tinyConfig(), learningRate, poolRng: createRng(1) });
  for (const { measurements } of results) tf.dispose([...measurements.values()]);
  const after = await weightsOf(state);
  disposeTrainingState(state);
  disposeSamples([...a, ...b]);
  return { before, after };
}

/** An update of the generators leaves the discriminators bit for bit as they were, and the other way round. */
export async function checkFrozenNetworks(t: Test): Promise<void> {
  const model = translationModel(SIZE);
  const generators = await stepWith(model, RATE, 0);
  t.same(
    changed(generators.before, generators.after),
    ['generatorAToB', 'generatorBToA'],
    'the generators alone learn',
  );
  const discriminators = await stepWith(model, 0, RATE);
  t.same(changed(discriminators.before, discriminators.after), ['discriminatorA', 'discriminatorB'], 'and the others');
  const both = await stepWith(model, RATE, RATE);
  t.same(both.before, generators.before, 'every run began alike');
  const unlike = (other: StepOutcome) => changed(both.after, other.after);
  t.same(unlike(generators), ['discriminatorA', 'discriminatorB'], 'generators learn the same beside discriminators');
  t.same(unlike(discriminators), ['generatorAToB', 'generatorBToA'], 'and discriminators the same beside generators');
}
