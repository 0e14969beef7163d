import {
  createRng,
  disposeTrainingState,
  type InstanceSet,
  initialTrainingState,
  joinSamples,
  readMeasurements,
  setGenerator,
  trainStep,
  translationModel,
} from '@instagan/core';
import { disposeSamples, uploadSamples } from '@instagan/core/internals/instagan';
import { tinyConfig, tinySample } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { relativeDistance } from '../helpers/float64.ts';

const SIZE = { ngf: 2, ndf: 2, blocks: 1 };
const SIDE_PX = 24;
const WEIGHT = 10;
/** Mask channels in the average of the loss. */
const SLOTS = 2;

/**
 * A step of the warm-up on whatever backend is open: its losses are those of the equation, of both generators on their target
 * domains, and so are its gradients; nothing else is computed or changed.
 */
export async function checkWarmUp(t: Test, joinCalls: boolean): Promise<void> {
  const model = translationModel(SIZE);
  const [a, b] = [[2, 1], [1]].map((counts, domain) =>
    uploadSamples(counts.map((count, i) => tinySample(`${domain} ${i}`, count, SIDE_PX))),
  ) as [ReturnType<typeof uploadSamples>, ReturnType<typeof uploadSamples>];
  const state = initialTrainingState(model, 3, 2);
  const expected = [];
  for (const [loss, network, samples] of [
    ['identityA', 'generatorBToA', a],
    ['identityB', 'generatorAToB', b],
  ] as const) {
    const { parameters } = state[network];
    const names = [...parameters.keys()];
    const x = joinSamples(samples);
    const { value, grads } = tf.valueAndGrads((...values: tf.Tensor[]) => {
      const own = new Map(names.map((name, i) => [name, values[i] as tf.Tensor]));
      return tf.mul(meanDistance(setGenerator(own, SIZE, x), x), WEIGHT);
    })(names.map((name) => parameters.get(name) as tf.Tensor));
    const gradients = new Map<string, ArrayLike<number>>();
    for (const [i, name] of names.entries()) gradients.set(name, await grads[i]!.data());
    expected.push({ loss, network, value: (await value.data())[0] as number, gradients });
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
    learningRate: { generator: 1e-3, discriminator: 1e-3 },
    ...{ poolRng: createRng(1), joinCalls, keepGradients: true, isWarmUp: true },
  };
  let chunks = 0;
  for (const { measurements, gradients } of trainStep(state, model, a, b, settings)) {
    chunks++;
    const losses: Record<string, number> = await readMeasurements([measurements]);
    t.same(Object.keys(losses).sort(), ['identityA', 'identityB'], 'nothing else is measured');
    for (const { loss, network, value, gradients: wanted } of expected) {
      t.ok(Math.abs(losses[loss]! / value - 1) < 1e-5, `${loss}: ${losses[loss]} is ${value}`);
      const own = gradients[network];
      t.same([...own.keys()].sort(), [...wanted.keys()].sort(), `${network} has all gradients`);
      for (const [name, gradient] of own) {
        const error = relativeDistance(await gradient.data(), wanted.get(name)!);
        t.ok(error < 1e-4, `${network} ${name} differs by ${error}`);
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

/** Mean distance of image and masks together, over all their channels. */
function meanDistance(output: InstanceSet, target: InstanceSet): tf.Scalar {
  const sum = (x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.abs(tf.sub(x, y)));
  const [batch, height, width] = target.image.shape;
  const total = tf.add(sum(output.image, target.image), sum(output.masks, target.masks));
  return tf.div(total, batch * height * width * (3 + SLOTS));
}
