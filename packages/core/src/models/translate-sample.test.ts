import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../backends/registry.ts';
import { padSample } from '../data/pad-sample.ts';
import type { Sample } from '../data/sample.ts';
import type { InstanceSet } from '../networks/instance-set.ts';
import { createRng } from '../random/rng.ts';
import { tinyTranslator } from './test-support/translators.ts';
import { translateSample } from './translate-sample.ts';
import type { Translator } from './translation-model.ts';

const backend = await openBackend('wasm');
t.teardown(() => backend.close());

/** An image with rectangles of so many columns, largest not first. */
function sampleOf(width: number, height: number, columns: readonly number[]): Sample {
  const rng = createRng(4, 'sample', width, height);
  return {
    name: 'sample',
    width,
    height,
    image: Float32Array.from({ length: width * height * 3 }, () => 2 * rng.uniform() - 1),
    masks: columns.map((count, n) =>
      Float32Array.from({ length: width * height }, (_, i) => {
        const x = i % width;
        return x >= n && x < n + count ? 1 : -1;
      }),
    ),
  };
}

/** Records what the generator is given, and paints the image with the number of the call. */
function recordingTranslator(calls: { image: number; areas: number[]; height: number; width: number }[]): Translator {
  const { model } = tinyTranslator('instagan');
  return {
    parameters: new Map(),
    instancesPerChunk: 2,
    model: {
      ...model,
      generate: (_parameters, { image, masks, counts }: InstanceSet) => {
        const [, height, width] = image.shape;
        const areas = [...tf.sum(tf.relu(masks), [1, 2, 3]).dataSync()];
        calls.push({ image: image.dataSync()[0]!, areas, height, width });
        return { image: tf.fill(image.shape, calls.length / 10) as tf.Tensor4D, masks: tf.neg(masks), counts };
      },
    },
  };
}

t.test('instances go in chunks, the largest first, each chunk from the image of the last', async (t) => {
  const calls: Parameters<typeof recordingTranslator>[0] = [];
  const input = sampleOf(16, 16, [2, 5, 1, 4, 3]);
  const output = await translateSample(recordingTranslator(calls), input);
  t.same(
    calls.map(({ areas }) => areas),
    [[80, 64], [48, 32], [16]],
  );
  t.same(
    calls.map(({ image }) => Math.fround(image)),
    [input.image[0], Math.fround(0.1), Math.fround(0.2)],
  );
  t.equal(output.image[0], Math.fround(0.3));
  const flipped = input.masks.map((mask) => mask.map((value) => -value));
  t.same(output.masks, flipped, 'masks come back in the order of the input');
});

t.test('only the instances that were asked for change, and the rest keep their masks', async (t) => {
  const calls: Parameters<typeof recordingTranslator>[0] = [];
  const input = sampleOf(16, 16, [2, 5, 1, 4]);
  const output = await translateSample(recordingTranslator(calls), input, { instances: [0, 3] });
  t.same(
    calls.map(({ areas }) => areas),
    [[64, 32]],
  );
  t.same(output.masks[1], input.masks[1]);
  t.same(output.masks[2], input.masks[2]);
  t.notSame(output.masks[0], input.masks[0]);
});

t.test('at most maxInstances change, those that are largest', async (t) => {
  const calls: Parameters<typeof recordingTranslator>[0] = [];
  const input = sampleOf(16, 16, [2, 5, 1, 4]);
  const output = await translateSample(recordingTranslator(calls), input, { maxInstances: 3 });
  t.same(
    calls.map(({ areas }) => areas),
    [[80, 64], [32]],
  );
  t.same(output.masks[2], input.masks[2]);
  const many = sampleOf(32, 16, new Array<number>(25).fill(3));
  calls.length = 0;
  await translateSample(recordingTranslator(calls), many);
  t.equal(calls.flatMap(({ areas }) => areas).length, 20, 'twenty unless told otherwise');
});

t.test('instances go as many at once as is asked for, whatever the model was trained with', async (t) => {
  const calls: Parameters<typeof recordingTranslator>[0] = [];
  const input = sampleOf(16, 16, [2, 5, 1, 4, 3]);
  const chunks = async (instancesPerChunk: number) => {
    calls.length = 0;
    await translateSample(recordingTranslator(calls), input, { instancesPerChunk });
    return calls.map(({ areas }) => areas);
  };
  t.same(await chunks(1), [[80], [64], [48], [32], [16]]);
  t.same(await chunks(3), [
    [80, 64, 48],
    [32, 16],
  ]);
  t.same(await chunks(20), [[80, 64, 48, 32, 16]], 'one step');
});

t.test('instances at once that cannot be are refused in a sentence', async (t) => {
  const input = sampleOf(16, 16, [2, 5]);
  for (const instancesPerChunk of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    await t.rejects(translateSample(tinyTranslator('instagan'), input, { instancesPerChunk }), {
      message: `The instances per chunk must be a whole number from 1 on, not ${instancesPerChunk}.`,
    });
  }
  for (const name of ['cyclegan', 'cyclegan-seg'] as const) {
    await t.rejects(translateSample(tinyTranslator(name), input, { instancesPerChunk: 1 }), {
      message: `A ${name} does not tell instances apart, so it has no chunks of them: leave the instances per chunk out.`,
    });
  }
});

t.test('any size goes in and comes out: the padding is cut off again', async (t) => {
  const calls: Parameters<typeof recordingTranslator>[0] = [];
  for (const [width, height, paddedWidth, paddedHeight] of [
    [21, 18, 24, 20],
    [5, 33, 16, 36],
    [1, 1, 16, 16],
    [16, 20, 16, 20],
  ] as const) {
    const input = sampleOf(width, height, [1]);
    const output = await translateSample(recordingTranslator(calls), input);
    t.match(calls.at(-1), { height: paddedHeight, width: paddedWidth });
    t.match(output, { width, height });
    t.same([output.image.length, output.masks[0]!.length], [width * height * 3, width * height]);
    t.same(
      output.masks[0],
      input.masks[0]!.map((value) => -value),
      'pixels stay where they were',
    );
  }
  const padded = padSample(sampleOf(17, 16, [2]), { multipleOf: 4, min: 16 });
  const row = (values: Float32Array, channels: number) => [...values.slice(0, 20 * channels)];
  t.same(
    row(padded.image, 3).slice(51),
    [0, 1, 2].flatMap(() => row(padded.image, 3).slice(48, 51)),
    'the edge repeats',
  );
});

t.test('an image without instances comes back as it was', async (t) => {
  const calls: Parameters<typeof recordingTranslator>[0] = [];
  const bare = sampleOf(17, 16, []);
  t.equal(await translateSample(recordingTranslator(calls), bare), bare);
  const input = sampleOf(17, 16, [3, 2]);
  t.equal(await translateSample(recordingTranslator(calls), input, { instances: [] }), input, 'nor is any asked for');
  const empty = { ...input, masks: [new Float32Array(17 * 16).fill(-1)] };
  t.equal(await translateSample(recordingTranslator(calls), empty), empty, 'nor has the mask an object');
  t.equal(calls.length, 0);
});

t.test('baselines translate too: one sees the union of the masks, the other none', async (t) => {
  const before = tf.memory().numTensors;
  const input = sampleOf(18, 17, [3, 2]);
  const plain = tinyTranslator('cyclegan');
  const output = await translateSample(plain, input);
  t.same(output.masks, input.masks, 'masks as they were');
  t.notSame(output.image, input.image);
  const bare = await translateSample(plain, { ...input, masks: [] });
  t.same(bare.image, output.image, 'masks make no difference');
  const merged = tinyTranslator('cyclegan-seg');
  const withUnion = await translateSample(merged, input);
  t.equal(withUnion.masks.length, 1);
  t.equal(withUnion.masks[0]!.length, 18 * 17);
  tf.dispose([...plain.parameters.values(), ...merged.parameters.values()]);
  t.equal(tf.memory().numTensors, before, 'translating leaves no tensor behind');
});
