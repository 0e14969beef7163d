import {
  createRng,
  disposeTrainingState,
  type ModelName,
  readMeasurements,
  trainStep,
  translateSample,
  translationModel,
} from '@instagan/core';
import { disposeSamples } from '@instagan/core/internals/instagan';
import { tinyConfig, tinySample } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { LEARNING_RATE, SIZE, stateBefore, upload } from './tiny-model.ts';
import { changed, weightsOf } from './weights.ts';

/** A model without instances trains, translates, and leaves no tensor. */
export async function checkBaseline(t: Test, name: Exclude<ModelName, 'instagan'>): Promise<void> {
  const config = tinyConfig({ model: name });
  const model = translationModel({ model: name, ...SIZE });
  const beginning = tf.memory().numTensors;
  const state = stateBefore(model);
  const before = await weightsOf(state);
  const [a, b] = [upload([0], `${name}A`, model.view), upload([2], `${name}B`, model.view)];
  const settings = { config, learningRate: LEARNING_RATE, poolRng: createRng(1) };
  const results = [...trainStep(state, model, a, b, settings)];
  const losses = await readMeasurements(results.map(({ measurements }) => measurements));
  t.ok(Object.values(losses).every(Number.isFinite), 'all losses are finite');
  t.same([losses.contextA, losses.contextB], [0, 0], 'there is no context without instances');
  t.same(changed(before, await weightsOf(state)), Object.keys(before), 'every network learns');
  disposeSamples([...a, ...b]);
  const { parameters } = state.generatorAToB;
  const input = tinySample('input', 2, 22, 19);
  const output = await translateSample({ model, parameters, instancesPerChunk: 1 }, input);
  t.match(output, { width: 22, height: 19 });
  t.equal(output.masks.length, name === 'cyclegan' ? 2 : 1);
  t.ok(
    output.image.every((value) => Math.abs(value) <= 1),
    'pixels within range',
  );
  disposeTrainingState(state);
  t.equal(tf.memory().numTensors, beginning, 'and nothing is left');
}
