import { createRng, openBackend, type Sample, type Translator, translationModel } from '@instagan/core';
import { trainClassifier } from '@instagan/core/evaluation';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { type MaskCondition, type TestImage, trueCondition } from './mask-condition.ts';
import { backgroundOf, scoreTranslations, translateWithTrueMasks } from './score-translations.ts';

const backend = await openBackend('wasm', { threads: 1 });
t.teardown(() => backend.close());

const SIDE = 32;
const GREY = [0, 0, 0];
const RED = [0.8, -0.6, -0.6];
const BLUE = [-0.6, -0.6, 0.8];

/** Two boxes of one colour on grey with noise. */
function boxes(name: string, colour: readonly number[]): Sample {
  const rng = createRng(3, name);
  const masks = [2, 18].map((left) => {
    const [x0, y0, side] = [left + rng.integer(3), 3 + rng.integer(12), 7 + rng.integer(4)];
    return Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
      return x >= x0 && x < x0 + side && y >= y0 && y < y0 + side ? 1 : -1;
    });
  });
  const image = Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    const isObject = masks.some((mask) => mask[Math.floor(i / 3)] === 1);
    return (isObject ? colour : GREY)[i % 3]! + 0.1 * rng.normal();
  });
  return { name, width: SIDE, height: SIDE, image, masks };
}

const samples = (domain: string, count: number, colour: readonly number[]) =>
  Array.from({ length: count }, (_, i) => boxes(`${domain}${i}`, colour));
const training = { A: samples('a', 12, RED), B: samples('b', 12, BLUE) };
const { classifier } = await trainClassifier(training, { steps: 30, seed: 1 });
t.teardown(() => classifier.dispose());

/** Paints blue what the masks show, and nothing else. */
const painter: Translator = {
  parameters: new Map(),
  instancesPerChunk: 2,
  model: {
    ...translationModel({ ngf: 2, ndf: 2, blocks: 1 }),
    generate: (_, { image, masks, counts }) => {
      const isObject = tf.max(tf.relu(masks), 0, true) as tf.Tensor4D;
      const painted = tf.add(tf.mul(image, tf.sub(1, isObject)), tf.mul(isObject, tf.tensor1d(BLUE)));
      return { image: painted as tf.Tensor4D, masks, counts };
    },
  },
};

const images: TestImage[] = samples('test', 4, RED).map((sample) => ({
  file: { name: sample.name, file: `${sample.name}.png`, masks: [] },
  sample,
}));

t.test('objects that masks miss stay, and background that they claim changes: both cost score', async (t) => {
  const withTrueMasks = await translateWithTrueMasks(painter, images);
  const background = backgroundOf(images, [withTrueMasks]);
  const comparison = { images, background, withTrueMasks, classifier, target: 'B' } as const;
  const scoresWith = (masksOf: (sample: Sample) => readonly Float32Array[]) => {
    const masks = images.map(({ sample }) => [masksOf(sample)]);
    const condition: MaskCondition = { kind: 'jittered', strength: 1, masks, iou: 0.5 };
    return scoreTranslations(painter, condition, comparison);
  };
  const perfect = await scoreTranslations(painter, trueCondition(images), comparison);
  t.same([perfect.translated.mean, perfect.background.mean, perfect.drift.mean], [1, 0, 0]);
  const missing = await scoresWith(({ masks }) => masks.slice(0, 1));
  t.same([missing.translated.mean, missing.background.mean], [0.5, 0], 'one of two objects stays red');
  t.ok(missing.drift.mean > 1, `the image differs: ${missing.drift.mean}`);
  const wide = await scoresWith(() => [new Float32Array(SIDE * SIDE).fill(1)]);
  t.equal(wide.translated.mean, 1);
  t.ok(wide.background.mean > 50, `all background is blue: ${wide.background.mean}`);
  const none = await scoresWith(() => []);
  t.equal(none.translated.mean, 0, 'nothing is translated without masks');
});
