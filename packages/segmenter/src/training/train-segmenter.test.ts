import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { createRng, listCheckpoints, type MaskedImage, openBackend, type RunEvent } from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { parseSegmenterConfig, type SegmenterConfigInput } from '../config/segmenter-config.ts';
import { loadSegmenter } from '../inference/load-segmenter.ts';
import { predictMaps } from '../inference/predict-maps.ts';
import { discs } from '../instances/test-support.ts';
import { type TrainSegmenterOptions, trainSegmenter } from './train-segmenter.ts';

const backend = await openBackend('wasm', { threads: 1 });
t.teardown(() => backend.close());

const SIDE_PX = 40;

/** The place of a pixel in the mirror image. */
const mirrored = (pixel: number) => pixel - 2 * (pixel % SIDE_PX) + SIDE_PX - 1;

/** Bright discs on a dark, noisy ground. */
function discImage(index: number): MaskedImage {
  const rng = createRng(4, 'discs', index);
  const places = Array.from({ length: 1 + (index % 2) }, (_, i) => [9 + 21 * i, 8 + rng.integer(24), 6] as const);
  const masks = places.map((place) => discs(SIDE_PX, SIDE_PX, place));
  const image = Uint8Array.from({ length: SIDE_PX * SIDE_PX * 3 }, (_, i) => {
    const isObject = masks.some((mask) => mask[Math.floor(i / 3)] !== 0);
    return (isObject ? 190 : 40) + rng.integer(40);
  });
  return { name: `discs-${index}`, width: SIDE_PX, height: SIDE_PX, image, masks };
}

const TINY: SegmenterConfigInput = {
  size: { height: 32, width: 32 },
  ...{ ngf: 4, ndf: 2, levels: 3, seed: 5, sampleEvery: 0, validateEvery: 0 },
};

async function train(
  runFolder: string,
  config: SegmenterConfigInput,
  options: Partial<TrainSegmenterOptions> = {},
): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const run = trainSegmenter({
    runFolder,
    config: parseSegmenterConfig({ ...TINY, ...config }, 'test'),
    resume: false,
    openData: async () => ({
      count: 20,
      warnings: [],
      load: async (index) => discImage(index),
      close: async () => {},
    }),
    backend: { name: 'test', device: 'test', gpu: false },
    ...options,
  });
  for await (const event of run) events.push(event);
  return events;
}

async function digest(runFolder: string): Promise<string> {
  const [newest] = await listCheckpoints(runFolder);
  const bytes = await readFile(path.join(newest!.folder, 'model.safetensors'));
  return createHash('sha256').update(bytes).digest('hex');
}

t.test('it learns to find objects, and says so on images that it never saw', async (t) => {
  const runFolder = path.join(t.testdir(), 'run');
  const before = tf.memory().numTensors;
  const pictures: string[] = [];
  const events = await train(
    runFolder,
    { learningRate: { generator: 2e-3 }, validateEvery: 60, sampleEvery: 60, weights: { adversarial: 0.1 } },
    { steps: 120, writePicture: async (file, { width }) => void pictures.push(`${path.basename(file)} ${width}`) },
  );
  const validations = events.filter((event) => event.type === 'validation');
  t.same(
    validations.map(({ step }) => step),
    [60, 120],
  );
  const { iou = 0, ap50 = 0 } = validations[1]?.scores ?? {};
  t.ok(iou > 0.8, `IoU ${iou} on held-out images`);
  t.ok(ap50 > 0.8, `AP50 ${ap50} on held-out images`);
  t.same(pictures, [`step-00000060.png ${4 * 32 + 5 * 4}`, `step-00000120.png ${4 * 32 + 5 * 4}`]);
  t.equal(tf.memory().numTensors, before, 'a finished run leaves no tensor');

  const segmenter = await loadSegmenter(runFolder);
  t.equal(segmenter.step, 120);
  const { image, masks } = discImage(3);
  const input = { width: SIDE_PX, height: SIDE_PX, image: Float32Array.from(image, (byte) => byte / 127.5 - 1) };
  const small = { width: 21, height: 33, image: new Float32Array(21 * 33 * 3) };
  const [large, other] = await predictMaps(segmenter, [input, small]);
  t.match(large, { width: SIDE_PX, height: SIDE_PX }, 'sizes that are no multiple of 8');
  t.match(other, { width: 21, height: 33 });
  const right = large!.mask.filter((value, i) => value > 0 === masks.some((mask) => mask[i] !== 0)).length;
  t.ok(right / (SIDE_PX * SIDE_PX) > 0.9, 'the loaded segmenter predicts');
  const flipped = input.image.map((_, i) => input.image[mirrored(Math.floor(i / 3)) * 3 + (i % 3)] as number);
  const [ofFlipped] = await predictMaps(segmenter, [{ ...input, image: flipped }]);
  const [mean] = await predictMaps(segmenter, [input], { mirror: true });
  const off = mean!.mask.map((value, i) => value - (large!.mask[i]! + ofFlipped!.mask[mirrored(i)]!) / 2);
  t.ok(Math.max(...off.map(Math.abs)) < 1e-5, 'with the mirror image it predicts the mean');
  segmenter.dispose();
});

t.test('a set too small to hold any image out is trained on, with a warning', async (t) => {
  const openData = async () => ({
    ...{ count: 4, warnings: [], close: async () => {} },
    load: async (index: number) => discImage(index),
  });
  const events = await train(path.join(t.testdir(), 'run'), { validateEvery: 1 }, { steps: 1, openData });
  t.match(
    events.filter(({ type }) => type === 'warning'),
    [{ message: /^4 images are too few to hold some out: the segmenter is not scored while it is trained\./ }],
  );
  t.notOk(events.some(({ type }) => type === 'validation'));
});

t.test('a resumed run writes what an unbroken one writes', async (t) => {
  const folder = t.testdir();
  const [whole, parts] = ['whole', 'parts'].map((name) => path.join(folder, name)) as [string, string];
  await train(whole, {}, { steps: 6 });
  await train(parts, {}, { steps: 3 });
  await train(parts, {}, { steps: 6, resume: true });
  t.equal(await digest(parts), await digest(whole));
});

t.test('a segmenter that begins with the weights of another knows what that one knew', async (t) => {
  const folder = t.testdir();
  const [first, second] = ['first', 'second'].map((name) => path.join(folder, name)) as [string, string];
  await train(first, { learningRate: { generator: 2e-3 } }, { steps: 60 });
  const l1Of = (events: RunEvent[]) => events.find((event) => event.type === 'step')?.losses.l1 ?? Number.NaN;
  const fresh = l1Of(await train(path.join(folder, 'fresh'), { seed: 9 }, { steps: 1 }));
  const begun = l1Of(await train(second, { seed: 9, init: first }, { steps: 1 }));
  t.ok(begun < fresh / 3, `L1 of the first step is ${begun}, with random weights ${fresh}`);
  await rm(first, { recursive: true });
  await train(second, { seed: 9, init: first }, { steps: 2, resume: true });
  t.match(await listCheckpoints(second), [{ step: 2 }], 'a resumed run goes on from its own weights');
  await t.rejects(train(path.join(folder, 'third'), { ngf: 8, init: second }), {
    name: 'UsageError',
    message: /second has ngf 4, so its weights do not fit ngf 8: leave that setting out/,
  });
});

t.test('without the adversarial loss or the depth there is one network, or one map', async (t) => {
  const runFolder = path.join(t.testdir(), 'run');
  const events = await train(runFolder, { depth: false, weights: { adversarial: 0 } }, { steps: 1 });
  const step = events.find((event) => event.type === 'step');
  t.same(Object.keys(step?.losses ?? {}).sort(), ['jaccard', 'l1']);
  const segmenter = await loadSegmenter(runFolder);
  const image = new Float32Array(16 * 16 * 3);
  const [maps] = await predictMaps(segmenter, [{ width: 16, height: 16, image }]);
  t.equal(maps?.depth, null);
  segmenter.dispose();
});

t.test('a configuration that cannot work is refused in one sentence', async (t) => {
  t.throws(() => parseSegmenterConfig({ size: { height: 100, width: 96 } }, 'x'), {
    name: 'UsageError',
    message: 'x: size: with 5 levels height and width must be multiples of 32, not 100x96.',
  });
  t.throws(() => parseSegmenterConfig({ ngf: 0, colour: 1 }, 'x'), /x: ngf: .*; configuration: .*colour/);
});
