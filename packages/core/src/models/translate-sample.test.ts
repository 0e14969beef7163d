import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../backends/registry.ts';
import { trimmedMask, wholeMask } from '../data/boxed-mask.ts';
import { padSample } from '../data/pad-sample.ts';
import { maskFromBytes } from '../data/pixel-values.ts';
import type { BoxedMask, MaskPixels, Sample } from '../data/sample.ts';
import type { InstanceSet } from '../networks/instance-set.ts';
import { initialParameters } from '../networks/parameters.ts';
import { createRng } from '../random/rng.ts';
import type { ModelName } from './model-names.ts';
import { translateSample } from './translate-sample.ts';
import type { Translator } from './translation-model.ts';
import { translationModel } from './translation-models.ts';

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

function tinyTranslator(name: ModelName): Translator {
  const model = translationModel({ model: name, ngf: 2, ndf: 2, blocks: 1 });
  const parameters = initialParameters(model.generatorSpecs, createRng(1, name));
  return { model, parameters, instancesPerChunk: 2 };
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

/** A bright image with dark objects, in bytes. */
function photoOf(
  width: number,
  height: number,
  objects: readonly (readonly [left: number, top: number, side: number])[],
) {
  const rng = createRng(6, 'photo', width);
  const image = Uint8Array.from({ length: width * height * 3 }, () => 150 + rng.integer(100));
  const masks = objects.map(([left, top, side]) => {
    const mask = new Uint8Array(width * height);
    for (let y = top; y < top + side; y++) mask.fill(255, y * width + left, y * width + left + side);
    return mask;
  });
  return { name: 'photo', width, height, image, masks };
}

/** Paints all it is given in one colour, and leaves the masks. */
function paintingTranslator(calls: { batch: number; side: number; objectPx: number[] }[]): Translator {
  const { model } = tinyTranslator('instagan');
  return {
    parameters: new Map(),
    instancesPerChunk: 2,
    trained: { size: { width: 32, height: 32 }, objectSidePx: 16 },
    model: {
      ...model,
      generate: (_parameters, { image, masks, counts }: InstanceSet) => {
        const objectPx = [...tf.sum(tf.relu(masks), [1, 2, 3]).dataSync()];
        calls.push({ batch: image.shape[0], side: image.shape[1], objectPx });
        return { image: tf.fill(image.shape, -1) as tf.Tensor4D, masks: tf.clone(masks), counts };
      },
    },
  };
}

t.test('regions: objects are as large as in training, and not a byte beyond their rim changes', async (t) => {
  const calls: Parameters<typeof paintingTranslator>[0] = [];
  const translator = paintingTranslator(calls);
  const photo = photoOf(400, 300, [
    [40, 50, 64],
    [300, 200, 60],
    [330, 100, 8],
  ]);
  const output = await translateSample(translator, photo, { region: 'auto', background: 'keep', rimPx: 3 });
  t.same(
    calls.map(({ batch, side }) => [batch, side]),
    [[3, 32]],
    'regions of one size that do not touch are one batch',
  );
  t.ok(
    calls[0]!.objectPx.every((area) => Math.abs(Math.sqrt(area) - 16) <= 1),
    `areas ${calls[0]!.objectPx}`,
  );
  let [changed, wrong] = [0, 0];
  for (let i = 0; i < 400 * 300; i++) {
    const isObject = photo.masks.some((mask) => mask[i] === 255);
    const byte = output.image[3 * i] as number;
    if (isObject && byte !== 0) wrong++;
    if (byte !== photo.image[3 * i]) {
      changed++;
      const [x, y] = [i % 400, Math.floor(i / 400)];
      const near = [
        [40, 50, 64],
        [300, 200, 60],
        [330, 100, 8],
      ].some(([left, top, side]) => x >= left! - 8 && x < left! + side! + 8 && y >= top! - 8 && y < top! + side! + 8);
      if (!near) wrong++;
    }
  }
  t.equal(wrong, 0);
  t.ok(changed >= 64 * 64 + 60 * 60 + 64);
  for (const [i, mask] of output.masks.entries()) {
    const differ = mask.reduce((sum, byte, at) => sum + (byte === photo.masks[i]![at] ? 0 : 1), 0);
    t.ok(differ <= 4 * 64, `mask ${i} is where it was, up to its outline: ${differ}`);
  }
  t.notOk(
    photo.image.some((byte) => byte < 150),
    'the input stays',
  );

  calls.length = 0;
  await translateSample(translator, photo, { region: 'objects', instances: [1] });
  t.equal(calls[0]?.batch, 1, 'only what was asked for');
  await translateSample(translator, photoOf(40, 40, [[5, 5, 20]]), { region: 'auto' });
  t.equal(calls.at(-1)?.side, 40, 'an image about as large as in training is taken whole');
  const onRegions = {
    ...translator,
    trained: { size: { width: 32, height: 32 }, region: 'objects', objectSidePx: 16 },
  } as const;
  await translateSample(onRegions, photoOf(40, 40, [[5, 5, 20]]), { region: 'auto' });
  t.equal(calls.at(-1)?.side, 32, 'unless the model never saw whole images');
});

t.test('regions that touch go one after the other, each on what the last one left', async (t) => {
  const calls: Parameters<typeof paintingTranslator>[0] = [];
  const photo = photoOf(200, 200, [
    [40, 40, 40],
    [70, 70, 40],
    [60, 90, 40],
  ]);
  await translateSample(paintingTranslator(calls), photo, { region: 'objects' });
  t.same(
    calls.map(({ batch, objectPx }) => [batch, objectPx.length]),
    [
      [1, 1],
      [1, 2],
    ],
    'those near each other share one, as many as a chunk holds',
  );
  calls.length = 0;
  await translateSample(paintingTranslator(calls), photo, { region: 'objects', instancesPerChunk: 1 });
  t.same(
    calls.map(({ batch, objectPx }) => [batch, objectPx.length]),
    [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
    'alone, if a chunk holds one',
  );
});

t.test('masks of boxes give bit for bit what whole masks give, and come back in boxes', async (t) => {
  const translator = { ...tinyTranslator('instagan'), trained: { size: { width: 32, height: 32 } } };
  const bytes = photoOf(120, 60, [
    [10, 10, 16],
    [22, 14, 12],
    [92, 43, 16],
    [60, 5, 10],
  ]);
  const values = { ...bytes, masks: bytes.masks.map((mask) => maskFromBytes(mask)) };
  for (const whole of [bytes, values]) {
    const boxed = { ...whole, masks: whole.masks.map((mask) => trimmedMask<MaskPixels>(mask, whole) as BoxedMask) };
    for (const region of ['image', 'objects'] as const) {
      for (const background of ['keep', 'fill', 'translated'] as const) {
        const options = { region, background, instances: [0, 1, 2] } as const;
        const expected = await translateSample(translator, whole, options);
        const output = await translateSample(translator, boxed, options);
        t.same(output.image, expected.image, `${region}, ${background}`);
        t.same(
          output.masks.map((mask) => wholeMask(mask, whole)),
          expected.masks,
        );
        if (region === 'objects') t.ok((output.masks[0] as BoxedMask).pixels.length < 60 * 60);
      }
    }
  }
});

t.test('bytes and values give the same, whole or in regions', async (t) => {
  const translator = { ...tinyTranslator('instagan'), trained: { size: { width: 32, height: 32 } } };
  const photo = photoOf(120, 60, [
    [10, 10, 16],
    [92, 30, 16],
  ]);
  const values = {
    ...photo,
    image: Float32Array.from(photo.image, (byte) => byte / 127.5 - 1),
    masks: photo.masks.map((mask) => Float32Array.from(mask, (byte) => (byte > 127 ? 1 : -1))),
  };
  for (const region of ['image', 'objects'] as const) {
    for (const background of ['keep', 'translated'] as const) {
      const [bytes, floats] = [
        await translateSample(translator, photo, { region, background }),
        await translateSample(translator, values, { region, background }),
      ];
      const worst = bytes.image.reduce(
        (most, byte, i) => Math.max(most, Math.abs(byte - (floats.image[i]! + 1) * 127.5)),
        0,
      );
      t.ok(worst <= 1.01, `${region}, ${background}: ${worst} of 255`);
      const changed = bytes.image.some((byte, i) => byte !== photo.image[i]);
      t.ok(changed, 'something is translated');
    }
  }
  const plain = tinyTranslator('cyclegan');
  await t.rejects(translateSample({ ...plain, trained: translator.trained }, photo, { region: 'objects' }), {
    name: 'UsageError',
    message: /cyclegan does not tell instances apart/,
  });
  tf.dispose([...translator.parameters.values(), ...plain.parameters.values()]);
});

t.test('with fill, what lies around goes on where an object no longer is', async (t) => {
  for (const region of ['objects', 'image'] as const) {
    const { width, height } = { width: 120, height: 90 };
    const shrinking: Translator = {
      ...paintingTranslator([]),
      model: {
        ...tinyTranslator('instagan').model,
        generate: (_parameters, { image, masks, counts }: InstanceSet) => {
          const [, rows, columns] = masks.shape;
          const left = tf.concat([tf.ones([1, 1, columns / 2, 1]), tf.neg(tf.ones([1, 1, columns / 2, 1]))], 2);
          return {
            image: tf.fill(image.shape, -1) as tf.Tensor4D,
            masks: tf.minimum(masks, tf.tile(left, [masks.shape[0], rows, 1, 1])) as tf.Tensor4D,
            counts,
          };
        },
      },
    };
    const photo = photoOf(width, height, [[40, 25, 40]]);
    const isObject = (i: number) => photo.masks[0]![i] === 255;
    const image = photo.image.map((_, i) => (isObject(Math.floor(i / 3)) ? 20 : 150 + (Math.floor(i / 3) % width) / 4));
    const options = { region, rimPx: 1 } as const;
    const kept = await translateSample(shrinking, { ...photo, image }, { ...options, background: 'keep' });
    const filled = await translateSample(shrinking, { ...photo, image }, { ...options, background: 'fill' });
    t.same(filled.masks, kept.masks, region);
    let [left, gone, wrong] = [0, 0, 0];
    for (let i = 0; i < width * height; i++) {
      const [x, y] = [i % width, Math.floor(i / width)];
      const byte = filled.image[3 * i] as number;
      if (x < 36 || x > 84 || y < 21 || y > 69) wrong += byte === image[3 * i] ? 0 : 1;
      else if (filled.masks[0]![i] === 255 && x < 56) left += byte < 10 ? 1 : 0;
      else if (isObject(i) && x > 64) {
        gone++;
        if (Math.abs(byte - (150 + x / 4)) > 6 || kept.image[3 * i] !== 0) wrong++;
      }
    }
    t.equal(wrong, 0, `${region}: the object is gone, and nothing else changed`);
    t.ok(left > 500 && gone > 300, `${region}: ${left} pixels of the object, ${gone} behind it`);
  }
});
