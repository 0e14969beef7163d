import {
  createRng,
  type DeviceSample,
  disposeTrainingState,
  type InstanceSet,
  joinSamples,
  readMeasurements,
  spectrallyNormalised,
  splitSamples,
  trainStep,
  translationModel,
} from '@instagan/core';
import {
  augmented,
  type DiscriminatorState,
  disposeSamples,
  drawAugmentation,
  uploadAugmentation,
} from '@instagan/core/internals/instagan';
import { tinyConfig } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import {
  advance,
  differentiated,
  GRADIENTS_EQUAL,
  gradientError,
  meanSquare,
  SIDE_PX,
  SIZE,
  stateBefore,
  upload,
  valuesOf,
} from './tiny-model.ts';

const POLICY = 'color,translation,cutout';
/** Augmented images round once more. */
const LOSSES_EQUAL = 2e-5;
/** Nothing learns, so that a second chunk can be computed from the same networks. */
const STILL = { generator: 0, discriminator: 0 };

/** The losses of a step with augmented samples, and the generator's gradient through the augmentation, are those of their equations. */
export async function checkDiffAugment(t: Test, joinCalls: boolean): Promise<void> {
  const model = translationModel(SIZE);
  const [a, b] = [upload([2], 'a'), upload([1], 'b')];
  // The adversarial loss alone, one instance at a time: two chunks of A, of which B sits one out.
  const weights = { cycle: 0, identity: 0, context: 0 };
  const config = tinyConfig({ weights, instancesPerChunk: 1, diffAugment: POLICY });
  const rngs = { poolRng: createRng(1), augmentRng: createRng(7) };
  const state = stateBefore(model);
  const settings = { config, learningRate: STILL, joinCalls, keepGradients: true, ...rngs };
  const chunks: { losses: Record<string, number>; gradient: Map<string, Float32Array> }[] = [];
  for (const { measurements, gradients } of trainStep(state, model, a, b, settings)) {
    const gradient = await valuesOf(gradients.generatorAToB);
    chunks.push({ losses: await readMeasurements([measurements]), gradient });
  }
  disposeTrainingState(state);
  t.equal(chunks.length, 2);

  const again = stateBefore(model);
  const draws = createRng(7);
  const draw = (samples: number) => {
    const size = { height: SIDE_PX, width: SIDE_PX };
    return uploadAugmentation(
      POLICY,
      Array.from({ length: samples }, () => drawAugmentation(draws, size)),
      size,
    );
  };
  const check = async (
    name: 'generatorA' | 'generatorB' | 'discriminatorA' | 'discriminatorB',
    chunk: number,
    loss: tf.Tensor,
  ) => {
    const [found = Number.NaN, expected = 0] = [chunks[chunk]!.losses[name], (await loss.data())[0]];
    t.ok(
      Math.abs(found - expected) < LOSSES_EQUAL * expected,
      `${name} of chunk ${chunk + 1}: ${found} is ${expected}`,
    );
  };
  const instance = (sample: DeviceSample, which: number, image = sample.image): InstanceSet => ({
    image,
    masks: tf.gather(sample.masks, [which]),
    counts: [1],
  });
  const forward = again.generatorAToB.parameters;
  const first = model.generate(forward, instance(a[0]!, 0));
  const firstOfB = model.generate(again.generatorBToA.parameters, instance(b[0]!, 0));

  // The order of draws is that of the step: both generators, then both discriminators, the real sample before the fake one.
  const [ofA, ofB] = [draw(1), draw(1)];
  await check('generatorA', 0, meanSquare(scoresOf(again.discriminatorB, augmented(first, ofA)), 1));
  await check('generatorB', 0, meanSquare(scoresOf(again.discriminatorA, augmented(firstOfB, ofB)), 1));
  const discriminatorLoss = (state: DiscriminatorState, real: DeviceSample, fake: InstanceSet) => {
    const [forReal, forFake] = tf.split(
      scoresOf(state, augmented(joinSamples([real, ...splitSamples(fake)]), draw(2))),
      2,
    ) as [tf.Tensor, tf.Tensor];
    return tf.div(tf.add(meanSquare(forReal, 1), meanSquare(forFake, 0)), 2);
  };
  await check('discriminatorB', 0, discriminatorLoss(again.discriminatorB, b[0]!, first));
  await check('discriminatorA', 0, discriminatorLoss(again.discriminatorA, a[0]!, firstOfB));

  // The second chunk: the masks of the first one move as those of the second.
  const last = draw(1);
  advance(again.discriminatorB);
  const { value, gradients } = differentiated(forward, (own) => {
    const fake = model.generate(own, instance(a[0]!, 1, first.image));
    const all = { image: fake.image, masks: tf.concat([first.masks, fake.masks]), counts: [2] };
    return meanSquare(scores(again.discriminatorB, augmented(all, last)), 1);
  });
  await check('generatorA', 1, value);
  for (const [name, gradient] of gradients) {
    const error = await gradientError(chunks[1]!.gradient.get(name), gradient);
    t.ok(error < GRADIENTS_EQUAL, `the gradient of ${name} differs by ${error}`);
  }
  const [plain] = await meanSquare(scores(again.discriminatorB, first), 1).data();
  t.ok(
    Math.abs(plain! - chunks[0]!.losses.generatorA!) > 100 * LOSSES_EQUAL,
    'without augmentation it is another loss',
  );
  disposeTrainingState(again);
  disposeSamples([...a, ...b]);

  function scores({ trained, spectral }: DiscriminatorState, set: InstanceSet): tf.Tensor {
    return model.discriminate(spectrallyNormalised(trained.parameters, spectral), set).scores;
  }
  /** After the power iteration with which an update begins. */
  function scoresOf(state: DiscriminatorState, set: InstanceSet): tf.Tensor {
    advance(state);
    return scores(state, set);
  }
}
