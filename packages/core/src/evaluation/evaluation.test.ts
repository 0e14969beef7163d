import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../backends/index.ts';
import { decodeSafetensors, encodeSafetensors } from '../checkpoint/safetensors.ts';
import type { Sample } from '../data/sample.ts';
import type { Translator } from '../models/translation-model.ts';
import { translationModel } from '../models/translation-models.ts';
import { createRng } from '../random/rng.ts';
import { openClassifier } from './classifier/open-classifier.ts';
import { trainClassifier } from './classifier/train-classifier.ts';
import { type EvaluationData, evaluateTranslators, measureBothDomains } from './scores/evaluate.ts';
import { mainScore } from './scores/main-score.ts';

const backend = await openBackend('wasm', { threads: 1 });
t.teardown(() => backend.close());

const SIDE = 48;
const RED = [0.8, -0.6, -0.6];
const BLUE = [-0.6, -0.6, 0.8];

/** Two boxes of one colour on grey, with noise. */
function boxes(name: string, colour: readonly number[]): Sample {
  const rng = createRng(3, name);
  const masks = [2, 26].map((left) => {
    const [x0, y0, side] = [left + rng.integer(4), 4 + rng.integer(18), 12 + rng.integer(6)];
    return Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
      return x >= x0 && x < x0 + side && y >= y0 && y < y0 + side ? 1 : -1;
    });
  });
  const image = Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    const isObject = masks.some((mask) => mask[Math.floor(i / 3)] === 1);
    return (isObject ? (colour[i % 3] as number) : 0) + 0.1 * rng.normal();
  });
  return { name, width: SIDE, height: SIDE, image, masks };
}

const several = (domain: string, count: number, colour: readonly number[]) =>
  Array.from({ length: count }, (_, i) => boxes(`${domain}${i}`, colour));
const training = { A: () => several('a', 12, RED), B: () => several('b', 12, BLUE) };
const trained = await trainClassifier({ A: training.A(), B: training.B() }, { steps: 30, seed: 1 });
t.teardown(() => trained.classifier.dispose());

const data: EvaluationData = {
  images: { A: () => several('testA', 5, RED), B: () => several('testB', 5, BLUE) },
  trained,
  seed: 1,
};
const real = await measureBothDomains(data);

/** Paints the objects, and changes masks. */
function painter(
  colour: readonly number[],
  change: (masks: tf.Tensor4D) => tf.Tensor4D = (masks) => masks,
): Translator {
  return {
    parameters: new Map(),
    instancesPerChunk: 2,
    model: {
      ...translationModel({ ngf: 2, ndf: 2, blocks: 1 }),
      key: Math.random().toString(),
      generate: (_, { image, masks, counts }) => {
        const isObject = tf.max(tf.relu(masks), 0, true) as tf.Tensor4D;
        const painted = tf.add(tf.mul(image, tf.sub(1, isObject)), tf.mul(isObject, tf.tensor1d([...colour])));
        return { image: painted as tf.Tensor4D, masks: change(masks), counts };
      },
    },
  };
}

t.test('a classifier tells the domains, by the object alone too, and is the same again', async (t) => {
  t.same([trained.accuracy.plain, trained.accuracy.masked], [1, 1]);
  t.equal(trained.accuracy.objects, 8, 'of the two images of each domain that were held out');
  t.same([trained.shapes.A.length, trained.shapes.B.length], [24, 24]);
  const before = tf.memory().numTensors;
  const again = await trainClassifier({ A: training.A(), B: training.B() }, { steps: 30, seed: 1 });
  t.same(
    [...again.classifier.parameters.values()].map((tensor) => tensor.dataSync()),
    [...trained.classifier.parameters.values()].map((tensor) => tensor.dataSync()),
  );
  again.classifier.dispose();
  t.equal(tf.memory().numTensors, before, 'nothing is left behind');
  await t.rejects(trainClassifier({ A: [], B: training.B() }, { steps: 1, seed: 1 }), {
    name: 'UserError',
    message: /at least 2 training images of domain A with masks, and there is none/,
  });
});

t.test('a classifier is kept, and made anew when its data change or its file is damaged', async (t) => {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'instagan-')), 'evaluation', 'classifier.safetensors');
  const open = async (hash: string) => {
    const { isNew, classifier, accuracy, shapes } = await openClassifier(
      file,
      { hash, images: training },
      { steps: 2, seed: 1 },
    );
    const weights = [...classifier.parameters.values()].map((tensor) => tensor.dataSync());
    classifier.dispose();
    return { isNew, rest: { weights, accuracy, shapes } };
  };
  const first = await open('x');
  const second = await open('x');
  t.same([first.isNew, second.isNew], [true, false]);
  t.same(second.rest, first.rest);
  t.equal((await open('y')).isNew, true);
  await writeFile(file, (await readFile(file)).subarray(0, 5000));
  t.equal((await open('y')).isNew, true);
  const { arrays, metadata } = decodeSafetensors(await readFile(file), file);
  const noPictures = new Map([...arrays, ['shapesA', { shape: [1], data: Float32Array.of(1) }]]);
  const noBias = new Map([...arrays].filter(([name]) => name !== 'domain.bias'));
  for (const [changed, accuracy] of [
    [arrays, 'null'],
    [arrays, '{"plain":"1","masked":1,"objects":2}'],
    [noPictures, metadata.accuracy as string],
    [noBias, metadata.accuracy as string],
  ] as const) {
    const before = tf.memory().numTensors;
    await writeFile(file, encodeSafetensors(changed, { ...metadata, accuracy }));
    t.equal((await open('y')).isNew, true, accuracy);
    t.equal((await open('y')).isNew, false, 'and then it is whole again');
    t.equal(tf.memory().numTensors, before, 'nothing is left behind');
  }
  for (const foreign of ['my notes', '', encodeSafetensors(arrays, {})]) {
    await writeFile(file, foreign);
    await t.rejects(open('y'), { name: 'UserError', message: /is there already and is no classifier: choose another/ });
    t.same(await readFile(file), Buffer.from(foreign), 'it is left as it is');
  }
  await rm(file);
  await mkdir(file);
  await t.rejects(open('y'), { name: 'UserError', message: /is no classifier/ }, 'nor is it read: a pipe would block');
});

t.test('objects that are painted in the colours of the target count, and what stays costs nothing', async (t) => {
  const scores = await evaluateTranslators({ AtoB: painter(BLUE), BtoA: painter(BLUE) }, data, real);
  const { AtoB, BtoA } = scores as Required<typeof scores>;
  t.same([AtoB.images, AtoB.objects], [5, 10]);
  t.same(AtoB.plain.objects, { value: 1, low: 1, high: 1 });
  t.equal(AtoB.masked.objects.value, 1);
  t.equal(AtoB.masked.images.value, 1);
  t.equal(AtoB.masked.real.value, 1);
  t.equal(AtoB.masked.untranslated.value, 0);
  t.equal(BtoA.plain.objects.value, 0, 'blue stays blue');
  t.equal(AtoB.background.psnr.value, 100);
  t.ok(AtoB.background.ssim.value > 0.9999 && AtoB.rim.ssim.value > 0.9999);
  t.equal(AtoB.sharpness.objects.value, 0, 'paint has no grain');
  t.ok(Math.abs(AtoB.sharpness.background.value - 1) < 1e-6);
  t.equal(AtoB.reconstruction.iou.value, 1);
  t.ok(AtoB.reconstruction.error.value > 5, 'back again they are blue, too');
  const { kept, onePiece, grey, nearest } = AtoB.masks!;
  t.same([kept.value, onePiece.translated.value, grey.value], [1, 1, 0]);
  t.equal(nearest.translated.value, 1, 'a box is a box');
  t.ok(AtoB.kid.objects.value < 0.5 * BtoA.kid.objects.value, 'blue boxes are nearer to blue than to red ones');
});

t.test('masks that vanish, fall apart or hide something in them are seen', async (t) => {
  const only = async (change: (masks: tf.Tensor4D) => tf.Tensor4D) => {
    const options = { directions: ['AtoB'] as const };
    return (await evaluateTranslators({ AtoB: painter(BLUE, change), BtoA: painter(RED) }, data, real, options)).AtoB!;
  };
  const gone = await only((masks) => tf.onesLike(masks).mul(-1));
  t.same([gone.masks!.kept.value, gone.masked.objects.value], [0, 0]);
  const board = tf.tensor4d(
    Float32Array.from({ length: SIDE * SIDE }, (_, i) => ((i + Math.floor(i / SIDE)) % 2 === 0 ? 1 : -0.5)),
    [1, SIDE, SIDE, 1],
  );
  const hiding = await only((masks) => tf.where(tf.greater(masks, 0), tf.mul(masks, board), masks));
  const { checkerboard, grey } = hiding.masks!;
  t.ok(checkerboard.translated.value > 20 * checkerboard.real.value, JSON.stringify(checkerboard));
  t.ok(grey.value > 0.02, `${grey.value}`);
  const stripes = Float32Array.from({ length: SIDE * SIDE }, (_, i) => (Math.floor(i / SIDE) % 5 === 0 ? -1 : 1));
  const comb = tf.tensor4d(stripes, [1, SIDE, SIDE, 1]);
  const split = await only((masks) => tf.minimum(masks, comb) as tf.Tensor4D);
  t.equal(split.masks!.onePiece.translated.value, 0);
  t.ok(split.masks!.pieces.translated.value > 2);
  tf.dispose([board, comb]);
});

t.test('a model without a mask for each object is scored under the masks of its input', async (t) => {
  const blind = painter(BLUE);
  const translators = { AtoB: { ...blind, model: { ...blind.model, masks: 'none' as const } }, BtoA: painter(RED) };
  const scores = await evaluateTranslators(translators, data, real);
  t.equal(scores.AtoB?.masks, null);
  t.equal(scores.AtoB?.plain.objects.value, 0, 'it saw no object to paint');
  t.ok(Number.isNaN(scores.AtoB?.reconstruction.iou.value));
  t.equal(scores.BtoA?.masked.objects.value, 1);
  const { AtoB, BtoA } = scores as Required<typeof scores>;
  t.equal(mainScore({ AtoB }), 0);
  t.ok(Math.abs(mainScore({ AtoB, BtoA }) - BtoA.background.ssim.value / 2) < 1e-9, 'the mean of both directions');
});
