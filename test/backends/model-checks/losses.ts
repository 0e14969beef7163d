import {
  createRng,
  disposeTrainingState,
  type InstanceSet,
  joinSamples,
  readMeasurements,
  setDiscriminator,
  setGenerator,
  spectrallyNormalised,
  type TrainedParameters,
  type TrainingState,
  trainStep,
  translationModel,
} from '@instagan/core';
import { type DiscriminatorState, disposeSamples } from '@instagan/core/internals/instagan';
import { tinyConfig } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import {
  advance,
  differentiated,
  EQUAL,
  GRADIENTS_EQUAL,
  gradientError,
  LEARNING_RATE,
  meanDistance,
  meanSquare,
  SIZE,
  stateBefore,
  upload,
} from './tiny-model.ts';
import { trainedOf } from './weights.ts';

type Losses = Record<string, tf.Scalar>;

/** Every loss of the generators at once, from the paper's equations, with stock operations. */
function generatorLosses(state: TrainingState, a: InstanceSet, b: InstanceSet): Losses {
  const losses: Losses = {};
  for (const [domain, input, forward, backward, discriminator] of [
    ['A', a, state.generatorAToB, state.generatorBToA, state.discriminatorB],
    ['B', b, state.generatorBToA, state.generatorAToB, state.discriminatorA],
  ] as const) {
    const output = setGenerator(forward.parameters, SIZE, input);
    const { scores } = setDiscriminator(
      spectrallyNormalised(discriminator.trained.parameters, discriminator.spectral),
      output,
    );
    losses[`generator${domain}`] = meanSquare(scores, 1);
    losses[`cycle${domain}`] = tf.mul(meanDistance(setGenerator(backward.parameters, SIZE, output), input), 10);
    losses[`identity${domain}`] = tf.mul(meanDistance(setGenerator(backward.parameters, SIZE, input), input), 10);
    const cover = tf.sum(tf.div(tf.add(tf.concat([input.masks, output.masks]), 1), 2), 0, true);
    const weight = tf.sub(1, tf.minimum(cover, 1));
    const change = tf.abs(tf.sub(output.image, input.image));
    losses[`context${domain}`] = tf.mul(tf.mean(tf.mul(weight, change)), 10);
  }
  return losses;
}

/** The losses of the discriminators on real samples and on what the generators make, with stock operations. */
function discriminatorLosses(state: TrainingState, a: InstanceSet, b: InstanceSet): Losses {
  const loss = ({ trained, spectral }: DiscriminatorState, real: InstanceSet, fake: InstanceSet): tf.Scalar => {
    const weights = spectrallyNormalised(trained.parameters, spectral);
    const forReal = meanSquare(setDiscriminator(weights, real).scores, 1);
    return tf.div(tf.add(forReal, meanSquare(setDiscriminator(weights, fake).scores, 0)), 2);
  };
  return {
    discriminatorA: loss(state.discriminatorA, a, setGenerator(state.generatorBToA.parameters, SIZE, b)),
    discriminatorB: loss(state.discriminatorB, b, setGenerator(state.generatorAToB.parameters, SIZE, a)),
  };
}

interface ExpectedLosses {
  readonly values: ReadonlyMap<string, number>;
  /** Of the sum of the losses, by NETWORK.PARAMETER. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
}

/** The losses, and their sum differentiated by each parameter of some networks, in one graph. */
async function expectedLosses(
  losses: () => Losses,
  networks: Readonly<Record<string, TrainedParameters>>,
): Promise<ExpectedLosses> {
  const parameters = Object.entries(networks).flatMap(([network, trained]) =>
    [...trained.parameters].map(([name, tensor]) => [`${network}.${name}`, tensor] as const),
  );
  let kept: Losses = {};
  const { gradients } = differentiated(new Map(parameters), () => {
    const all = losses();
    kept = Object.fromEntries(Object.entries(all).map(([name, loss]) => [name, tf.keep(tf.clone(loss))]));
    return tf.addN(Object.values(all)) as tf.Scalar;
  });
  const values = new Map<string, number>();
  for (const [name, loss] of Object.entries(kept)) values.set(name, (await loss.data())[0]!);
  tf.dispose(Object.values(kept));
  return { values, gradients };
}

/** Every loss of a step is that of its equation, and its gradients are those of the sum, differentiated as a whole instead of term by term. */
export async function checkLosses(t: Test, joinCalls: boolean): Promise<void> {
  const model = translationModel(SIZE);
  const [a, b] = [upload([2], 'a'), upload([1], 'b')];

  const whole = stateBefore(model);
  const advanceBoth = () => {
    for (const discriminator of [whole.discriminatorA, whole.discriminatorB]) advance(discriminator);
  };
  const { generatorAToB, generatorBToA, ...discriminators } = trainedOf(whole);
  const ofWhole = (losses: typeof generatorLosses) => () => losses(whole, joinSamples(a), joinSamples(b));
  advanceBoth();
  const forGenerators = await expectedLosses(ofWhole(generatorLosses), { generatorAToB, generatorBToA });
  advanceBoth();
  const forDiscriminators = await expectedLosses(ofWhole(discriminatorLosses), discriminators);
  const expected = new Map([...forGenerators.values, ...forDiscriminators.values]);
  const gradients = new Map([...forGenerators.gradients, ...forDiscriminators.gradients]);
  disposeTrainingState(whole);

  const state = stateBefore(model);
  const settings = { config: tinyConfig(), learningRate: LEARNING_RATE, poolRng: createRng(1), joinCalls };
  for (const result of trainStep(state, model, a, b, { ...settings, keepGradients: true })) {
    const actual = await readMeasurements([result.measurements]);
    for (const [name, value] of expected) {
      const error = Math.abs(actual[name as keyof typeof actual] - value) / value;
      t.ok(error < EQUAL, `${name} differs by ${error} from its equation`);
    }
    let worst = { name: '', error: 0 };
    for (const [network, own] of Object.entries(result.gradients) as [string, Map<string, tf.Tensor>][]) {
      for (const [parameter, gradient] of own) {
        const name = `${network}.${parameter}`;
        const wanted = gradients.get(name);
        const error = wanted ? await gradientError(await gradient.data(), wanted) : Number.POSITIVE_INFINITY;
        gradients.delete(name);
        if (!(error <= worst.error)) worst = { name, error };
      }
    }
    t.ok(worst.error < GRADIENTS_EQUAL, `gradients are those of the sum; worst is ${worst.name}, ${worst.error}`);
    t.same([...gradients.keys()], [], 'every parameter has one');
  }
  const updates = Object.values(trainedOf(state)).map(({ step }) => step);
  t.same(updates, [1, 1, 1, 1], 'a chunk is one update of each network');
  disposeTrainingState(state);
  disposeSamples([...a, ...b]);
}
