import { createRng, type DeviceSample, disposeTrainingState, type InstanceSet, translationModel } from '@instagan/core';
import { disposeSamples, drawMotion, moved, uploadMotion, uploadSamples } from '@instagan/core/internals/instagan';
import { tinyConfig, tinySample } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { checkOptionalLoss, computedStep, stateBefore } from './optional-loss.ts';

const SIZE = { ngf: 2, ndf: 2, blocks: 1 };
const SIDE_PX = 24;
const WEIGHT = 7;

/**
 * The consistency loss of a step is that of its equation, on whatever backend is open: its value, and its part of the
 * gradients of the generators. A user who trains for steady videos loses that otherwise.
 */
export async function checkConsistency(t: Test): Promise<void> {
  const model = translationModel(SIZE);
  const [a, b] = [2, 1].map((count) => uploadSamples([tinySample(`c${count}`, count, SIDE_PX)])) as [
    DeviceSample[],
    DeviceSample[],
  ];
  const learningRate = { generator: 1e-3, discriminator: 1e-3 };
  const stepWith = (consistency: number) => {
    const config = tinyConfig({ weights: { consistency } });
    const rngs = { poolRng: createRng(1), motionRng: createRng(2) };
    return computedStep(model, { a, b }, { config, learningRate, ...rngs });
  };
  const without = await stepWith(0);
  const withLoss = await stepWith(WEIGHT);
  t.notOk('consistencyA' in without.losses, 'without a weight it is not computed');

  const motion = drawMotion(createRng(2), { height: SIDE_PX, width: SIDE_PX });
  for (const [domain, samples, network] of [
    ['A', a, 'generatorAToB'],
    ['B', b, 'generatorBToA'],
  ] as const) {
    const state = stateBefore(model);
    const { parameters } = state[network];
    const device = uploadMotion(motion, samples);
    const [sample] = samples as [DeviceSample];
    const set: InstanceSet = { ...sample, counts: [sample.masks.shape[0]] };
    const target = moved([model.generate(parameters, set)], device);
    const after = moved(samples, device);
    const names = [...parameters.keys()];
    const expected = tf.valueAndGrads((...values: tf.Tensor[]) => {
      const swapped = new Map(names.map((name, i) => [name, values[i] as tf.Tensor]));
      const output = model.generate(swapped, after);
      const differ = (x: tf.Tensor4D, y: tf.Tensor4D) => tf.sum(tf.abs(tf.mul(tf.sub(x, y), device.seen)));
      const sum = tf.add(differ(output.image, target.image), differ(output.masks, target.masks));
      return tf.mul(sum, WEIGHT / (SIDE_PX * SIDE_PX * (3 + 2)));
    })(names.map((name) => parameters.get(name) as tf.Tensor));
    const what = { loss: `consistency${domain}`, network, parameters };
    await checkOptionalLoss(t, { withLoss, without }, what, expected, 1e-4);
    disposeTrainingState(state);
  }
  disposeSamples([...a, ...b]);
}
