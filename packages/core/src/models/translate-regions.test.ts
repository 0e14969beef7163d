import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../backends/registry.ts';
import { trimmedMask, wholeMask } from '../data/boxed-mask.ts';
import { maskFromBytes } from '../data/pixel-values.ts';
import type { BoxedMask, MaskPixels } from '../data/sample.ts';
import type { InstanceSet } from '../networks/instance-set.ts';
import { paintingTranslator, photoOf, tinyTranslator } from './test-support/translators.ts';
import { translateSample } from './translate-sample.ts';
import type { Translator } from './translation-model.ts';

const backend = await openBackend('wasm');
t.teardown(() => backend.close());

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

t.test('regions are laid over the image itself where that is asked for, with the same result', async (t) => {
  const translator = { ...tinyTranslator('instagan'), trained: { size: { width: 32, height: 32 } } };
  const photo = photoOf(120, 60, [
    [10, 10, 16],
    [22, 14, 12],
    [92, 43, 16],
  ]);
  for (const background of ['keep', 'fill', 'translated'] as const) {
    const options = { region: 'objects', background } as const;
    const own = { ...photo, image: Uint8Array.from(photo.image) };
    const expected = await translateSample(translator, own, options);
    t.same(own.image, photo.image, 'it stays as it is by default');
    const output = await translateSample(translator, own, { ...options, changesImage: true });
    t.equal(output.image, own.image);
    t.same(output, expected, background);
    t.not(Buffer.compare(output.image, photo.image), 0);
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

t.test('on a fill, enlarged objects have a smooth and sharp edge, in their own colours', async (t) => {
  const [width, height, centre, radius] = [240, 200, 100, 50];
  const { model } = tinyTranslator('instagan');
  /** Paints objects dark, and the background in another colour than it was. */
  const disc: Translator = {
    ...paintingTranslator([]),
    trained: { size: { width: 32, height: 32 }, objectSidePx: 16 },
    model: {
      ...model,
      generate: (_parameters, { masks, counts }: InstanceSet) => {
        const image = tf.tile(tf.mul(masks, -0.8), [1, 1, 1, 3]) as tf.Tensor4D;
        return { image, masks: tf.clone(masks), counts };
      },
    },
  };
  const distance = (i: number) => Math.hypot((i % width) + 0.5 - centre, Math.floor(i / width) + 0.5 - centre);
  const mask = Uint8Array.from({ length: width * height }, (_, i) => (distance(i) < radius ? 255 : 0));
  const photo = { name: 'disc', width, height, image: new Uint8Array(width * height * 3).fill(128), masks: [mask] };
  const output = await translateSample(disc, photo, { region: 'objects', background: 'fill', rimPx: 12 });
  const tooFar = 3;
  let [inside, between, wrong] = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    const byte = output.image[3 * i] as number;
    if (distance(i) < radius - tooFar) {
      inside++;
      wrong += Math.abs(byte - 25.5) > 2 ? 1 : 0;
    } else if (distance(i) > radius + tooFar) wrong += byte === 128 ? 0 : 1;
    else between += byte > 128 ? 1 : 0;
  }
  t.ok(inside > 6900, `${inside} pixels within`);
  t.equal(wrong, 0, 'a pixel of the network is six here, and the outline is off by half of that at most');
  t.equal(between, 0, 'nothing is seen of the background that the network made');
});
