import { createRng, disposeTrainingState, readMeasurements, trainStep, translationModel } from '@instagan/core';
import { disposeSamples } from '@instagan/core/internals/instagan';
import { tinyConfig } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { LEARNING_RATE, SIZE, stateBefore, upload } from './tiny-model.ts';

/** After the first steps, which fill the pools, every step leaves as many tensors as the one before. */
export async function checkLeaks(t: Test, steps: number): Promise<void> {
  const model = translationModel(SIZE);
  const before = tf.memory().numTensors;
  const state = stateBefore(model);
  const counts: number[] = [];
  for (let step = 0; step < steps; step++) {
    // Different numbers of instances, and now and then a second chunk that one domain sits out.
    const [a, b] = [upload([1 + (step % 2)], `a${step}`), upload([step % 3 === 2 ? 3 : 1], `b${step}`)];
    const settings = { config: tinyConfig(), learningRate: LEARNING_RATE, poolRng: createRng(1, step) };
    const results = [...trainStep(state, model, a, b, settings)];
    await readMeasurements(results.map(({ measurements }) => measurements));
    disposeSamples([...a, ...b]);
    counts.push(tf.memory().numTensors);
  }
  t.same(new Set(counts.slice(2)).size, 1, `tensors after each step: ${counts.join(' ')}`);
  disposeTrainingState(state);
  t.equal(tf.memory().numTensors, before, 'the state frees everything');
}
