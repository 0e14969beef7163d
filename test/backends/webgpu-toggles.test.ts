import {
  createRng,
  type DeviceSample,
  initialParameters,
  joinSamples,
  setGenerator,
  setGeneratorSpecs,
} from '@instagan/core';
import { DAWN_TOGGLES, type DawnToggle, openOrSkip } from '@instagan/core/internals/backends';
import { uploadSamples } from '@instagan/core/internals/instagan';
import { tinySample } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';

const SIZE = { ngf: 2, blocks: 1 };
/** Sides that no workgroup divides. */
const [WIDTH, HEIGHT] = [20, 16];

/** An image and masks from the generator, and the gradients of their sum: every kind of kernel but those of the loss. */
async function compute(): Promise<Float32Array> {
  const parameters = initialParameters(setGeneratorSpecs(SIZE), createRng(1, 'generator'));
  const names = [...parameters.keys()];
  const samples: DeviceSample[] = uploadSamples([tinySample('toggles', 2, WIDTH, HEIGHT)]);
  const results = tf.tidy(() => {
    const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const current = new Map(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
      const { image, masks } = setGenerator(current, SIZE, joinSamples(samples));
      return tf.add(tf.sum(tf.square(image)), tf.sum(masks)) as tf.Scalar;
    })([...parameters.values()]);
    return tf.concat([tf.reshape(value, [-1]), ...grads.map((gradient) => tf.reshape(gradient, [-1]))]);
  });
  const values = (await results.data()) as Float32Array;
  tf.dispose([results, ...parameters.values(), ...samples.flatMap(({ image, masks }) => [image, masks])]);
  return values;
}

t.test('results do not depend on the switches of Dawn: no kernel counts on what they add', async (t) => {
  // All at once: to compile the kernels for each switch alone would take most of a minute on a software GPU.
  const flipped = Object.fromEntries(Object.entries(DAWN_TOGGLES).map(([name, on]) => [name, !on]));
  const results: Float32Array[] = [];
  for (const toggles of [{}, flipped]) {
    const backend = await openOrSkip(t, 'webgpu', { toggles });
    if (backend === null) return;
    results.push(await compute());
    await backend.close();
  }
  const [expected, actual] = results as [Float32Array, Float32Array];
  t.same([...actual], [...expected]);
  t.ok(expected.some((value) => value !== 0) && expected.every(Number.isFinite));
});

t.test('a switch that does not exist is refused', async (t) => {
  const toggles = { turbo: true } as unknown as Partial<Record<DawnToggle, boolean>>;
  await t.rejects(openOrSkip(t, 'webgpu', { toggles }), /There is no toggle "turbo": use allow_unsafe_apis, /);
});
