import {
  createRng,
  type DeviceSample,
  initialParameters,
  joinSamples,
  setGenerator,
  setGeneratorSpecs,
} from '@instagan/core';
import { DAWN_TOGGLES, type DawnToggle, type DawnToggles, openOrSkip } from '@instagan/core/internals/backends';
import { uploadSamples } from '@instagan/core/internals/instagan';
import { tinySample } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';

t.setTimeout(240_000);

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
  const flipped = Object.entries(DAWN_TOGGLES).map(([name, on]): Partial<DawnToggles> => ({ [name]: !on }));
  const expected: Float32Array[] = [];
  for (const toggles of [{}, ...flipped]) {
    const backend = await openOrSkip(t, 'webgpu', { toggles });
    if (backend === null) return;
    const values = await compute();
    expected.push(values);
    const [name = 'as they are set'] = Object.keys(toggles);
    t.same([...values], [...(expected[0] as Float32Array)], name);
    await backend.close();
  }
  t.ok(expected[0]?.some((value) => value !== 0) && expected[0].every(Number.isFinite));
});

t.test('a switch that does not exist is refused', async (t) => {
  const toggles = { turbo: true } as unknown as Partial<Record<DawnToggle, boolean>>;
  await t.rejects(openOrSkip(t, 'webgpu', { toggles }), /There is no toggle "turbo": use allow_unsafe_apis, /);
});
