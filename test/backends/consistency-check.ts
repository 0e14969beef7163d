import {
  createRng,
  type DeviceSample,
  disposeTrainingState,
  type InstanceSet,
  initialTrainingState,
  readMeasurements,
  trainStep,
  translationModel,
} from '@instagan/core';
import { disposeSamples, drawMotion, moved, uploadMotion, uploadSamples } from '@instagan/core/internals/instagan';
import { tinyConfig, tinySample } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';

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
  const gradientsWith = async (consistency: number) => {
    const state = initialTrainingState(model, 3, 0);
    const config = tinyConfig({ weights: { consistency } });
    const rngs = { poolRng: createRng(1), motionRng: createRng(2) };
    const values: Record<string, Map<string, Float32Array>> = {};
    const measured = [];
    for (const chunk of trainStep(state, model, a, b, {
      ...{ config, learningRate, keepGradients: true, ...rngs },
    })) {
      measured.push(chunk.measurements);
      for (const [network, gradients] of Object.entries(chunk.gradients)) {
        const own = new Map<string, Float32Array>();
        for (const [name, gradient] of gradients) own.set(name, Float32Array.from(await gradient.data()));
        values[network] = own;
      }
    }
    disposeTrainingState(state);
    return { values, losses: await readMeasurements(measured) };
  };
  const without = await gradientsWith(0);
  const withLoss = await gradientsWith(WEIGHT);
  t.notOk('consistencyA' in without.losses, 'without a weight it is not computed');

  const motion = drawMotion(createRng(2), { height: SIDE_PX, width: SIDE_PX });
  for (const [domain, samples, network] of [
    ['A', a, 'generatorAToB'],
    ['B', b, 'generatorBToA'],
  ] as const) {
    const state = initialTrainingState(model, 3, 0);
    const { parameters } = state[network];
    const device = uploadMotion(motion, samples);
    const [sample] = samples as [DeviceSample];
    const set: InstanceSet = { ...sample, counts: [sample.masks.shape[0]] };
    const target = moved([model.generate(parameters, set)], device);
    const after = moved(samples, device);
    const names = [...parameters.keys()];
    const { value, grads } = tf.valueAndGrads((...values: tf.Tensor[]) => {
      const swapped = new Map(names.map((name, i) => [name, values[i] as tf.Tensor]));
      const output = model.generate(swapped, after);
      const differ = (x: tf.Tensor4D, y: tf.Tensor4D) => tf.sum(tf.abs(tf.mul(tf.sub(x, y), device.seen)));
      const sum = tf.add(differ(output.image, target.image), differ(output.masks, target.masks));
      return tf.mul(sum, WEIGHT / (SIDE_PX * SIDE_PX * (3 + 2)));
    })(names.map((name) => parameters.get(name) as tf.Tensor));
    const [expected = 0] = await value.data();
    const found = withLoss.losses[`consistency${domain}`];
    t.ok(Math.abs(found - expected) < 1e-4 * expected, `${domain}: ${found} is ${expected}`);
    t.ok(found > 0.01, 'an untrained network is not consistent');
    for (const [i, name] of names.entries()) {
      const [all, rest] = [withLoss.values[network]?.get(name), without.values[network]?.get(name)];
      const own = Float64Array.from(all ?? [], (value, p) => value - (rest?.[p] as number));
      const scale = Math.hypot(...(all ?? []));
      const distance = Math.hypot(...(await grads[i]!.data()).map((value, p) => value - (own[p] as number)));
      t.ok(distance < 1e-4 * scale + 1e-6, `${network} ${name}: ${distance} of ${scale}`);
    }
    disposeTrainingState(state);
  }
  disposeSamples([...a, ...b]);
}
