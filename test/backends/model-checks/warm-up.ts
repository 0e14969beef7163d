import {
  createRng,
  disposeTrainingState,
  joinSamples,
  readMeasurements,
  setGenerator,
  trainStep,
  translationModel,
} from '@instagan/core';
import { disposeSamples } from '@instagan/core/internals/instagan';
import { tinyConfig } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import {
  differentiated,
  EQUAL,
  GRADIENTS_EQUAL,
  gradientError,
  LEARNING_RATE,
  meanDistance,
  SIZE,
  stateBefore,
  upload,
} from './tiny-model.ts';

const WEIGHT = 10;

/**
 * A step of the warm-up on whatever backend is open: its losses are those of the equation, of both generators on their target
 * domains, and so are its gradients; nothing else is computed or changed.
 */
export async function checkWarmUp(t: Test, joinCalls: boolean): Promise<void> {
  const model = translationModel(SIZE);
  const [a, b] = [upload([2, 1], 'a'), upload([1], 'b')];
  const state = stateBefore(model);
  const expected = [];
  for (const [loss, network, samples] of [
    ['identityA', 'generatorBToA', a],
    ['identityB', 'generatorAToB', b],
  ] as const) {
    const x = joinSamples(samples);
    const { value, gradients } = differentiated(state[network].parameters, (own) =>
      tf.mul(meanDistance(setGenerator(own, SIZE, x), x), WEIGHT),
    );
    expected.push({ loss, network, value: (await value.data())[0] as number, wanted: gradients });
  }
  const frozen = [state.discriminatorA, state.discriminatorB];
  const tensorsOfFrozen = () =>
    frozen.flatMap(({ trained, spectral }) => [
      ...trained.parameters.values(),
      ...[...spectral.values()].flatMap(({ u, v }) => [u, v]),
    ]);
  const before = tensorsOfFrozen();

  const settings = {
    config: tinyConfig({ weights: { consistency: 1, featureMatching: 1 } }),
    learningRate: LEARNING_RATE,
    ...{ poolRng: createRng(1), joinCalls, keepGradients: true, isWarmUp: true },
  };
  let chunks = 0;
  for (const { measurements, gradients } of trainStep(state, model, a, b, settings)) {
    chunks++;
    const losses: Record<string, number> = await readMeasurements([measurements]);
    t.same(Object.keys(losses).sort(), ['identityA', 'identityB'], 'nothing else is measured');
    for (const { loss, network, value, wanted } of expected) {
      t.ok(Math.abs(losses[loss]! / value - 1) < EQUAL, `${loss}: ${losses[loss]} is ${value}`);
      const own = gradients[network];
      t.same([...own.keys()].sort(), [...wanted.keys()].sort(), `${network} has all gradients`);
      for (const [name, gradient] of own) {
        const error = await gradientError(await gradient.data(), wanted.get(name)!);
        t.ok(error < GRADIENTS_EQUAL, `${network} ${name} differs by ${error}`);
      }
    }
    t.same([gradients.discriminatorA.size, gradients.discriminatorB.size], [0, 0]);
  }
  t.equal(chunks, 1);
  t.ok(
    tensorsOfFrozen().every((tensor, i) => tensor === before[i]),
    'the discriminators keep their very tensors',
  );
  t.same([state.poolA.samples.length, state.poolB.samples.length], [0, 0], 'nothing is remembered');
  t.same([state.generatorAToB.step, state.generatorBToA.step], [1, 1], 'each generator is updated once');
  disposeTrainingState(state);
  disposeSamples([...a, ...b]);
}
