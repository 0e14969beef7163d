import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../../backends/registry.ts';
import { readNewestCheckpoint } from '../../checkpoint/checkpoint-reader.ts';
import { MODEL_FILE, OPTIMIZER_FILE } from '../../checkpoint/model-files.ts';
import type { NamedArrays, NumericArray } from '../../checkpoint/named-arrays.ts';
import { exportRun } from '../../inference/export-run.ts';
import { type DeviceSample, joinSamples } from '../../networks/instance-set.ts';
import { initialParameters } from '../../networks/parameters.ts';
import { objectCrops } from '../../ops/object-crops.ts';
import { directRunner, type Program } from '../../programs/program.ts';
import { createRng } from '../../random/rng.ts';
import { memoryData, tinyConfig, tinySample, trainTiny } from '../../training/test-support/tiny-training.ts';
import { uploadSamples } from './device-samples.ts';
import {
  cropSidePx,
  objectAdversarialLoss,
  objectDiscriminator,
  objectDiscriminatorLoss,
  objectDiscriminatorSpecs,
} from './object-discriminator.ts';

const backend = await openBackend('wasm', { threads: 1 });
t.teardown(() => backend.close());

const WITH_OBJECTS = tinyConfig({ weights: { objectDiscriminator: 1 }, ema: 0.5 });
const parameters = initialParameters(objectDiscriminatorSpecs(2), createRng(1, 'objects'));
for (const tensor of parameters.values()) tf.keep(tensor);

async function filesOf(runFolder: string): Promise<Readonly<Record<string, NamedArrays>>> {
  const { checkpoint } = await readNewestCheckpoint(runFolder);
  return checkpoint!.files as Readonly<Record<string, NamedArrays>>;
}

type Updates = Readonly<Record<string, number>>;
const isOfObjects = (name: string) => name.startsWith('objectDiscriminator');

/** A copy of a sample with one mask empty. */
function without({ image, masks }: DeviceSample, instance: number): DeviceSample {
  const own = tf.split(masks, masks.shape[0], 0);
  own[instance] = tf.fill(own[instance]!.shape, -1);
  return { image, masks: tf.concat(own, 0) as tf.Tensor4D };
}

t.test('crops are half as large as the image, and leave the discriminator scores', async (t) => {
  for (const [height, width, side] of [
    [32, 32, 32],
    [48, 48, 32],
    [96, 96, 48],
    [200, 200, 100],
    [300, 204, 100],
  ] as const) {
    t.equal(cropSidePx(height, width), side, `${height}x${width}`);
  }
  tf.tidy(() => {
    const [sample] = uploadSamples([tinySample('sizes', 3, 96)]);
    const { scores, present } = objectDiscriminator(parameters, joinSamples([sample!]));
    t.same(scores.shape, [3, 4, 4, 1]);
    t.same([...present.dataSync()], [1, 1, 1]);
  });
});

t.test('an empty mask has no part in a loss, whatever is in its place', async (t) => {
  tf.tidy(() => {
    const [three, other] = uploadSamples([tinySample('three', 3), tinySample('other', 1)]) as [
      DeviceSample,
      DeviceSample,
    ];
    const lossOf = (...samples: DeviceSample[]) =>
      objectAdversarialLoss(objectDiscriminator(parameters, joinSamples(samples)), 1).dataSync()[0] as number;
    const { image, masks } = three;
    const two = { image, masks: tf.concat([tf.slice(masks, 0, 1), tf.slice(masks, 2, 1)], 0) } as DeviceSample;
    t.ok(Math.abs(lossOf(without(three, 1)) - lossOf(two)) < 1e-6);
    t.ok(Math.abs(lossOf(without(three, 1)) - lossOf(three)) > 1e-6, 'it would have had one');
    t.equal(lossOf(without(other, 0)), 0, 'of none, there is no loss');
    const ofBoth = (real: DeviceSample, fake: DeviceSample) =>
      objectDiscriminatorLoss(parameters, joinSamples([real, fake]), 1).dataSync()[0] as number;
    const half = (sample: DeviceSample, target: 0 | 1) =>
      objectAdversarialLoss(objectDiscriminator(parameters, joinSamples([sample])), target, 0.5).dataSync()[0]!;
    t.ok(Math.abs(ofBoth(two, other) - half(two, 1) - half(other, 0)) < 1e-6, 'real and fake count alike');
  });
});

t.test('gradients flow into what is cut out, not into where: masks cannot dodge by moving the frame', async (t) => {
  tf.tidy(() => {
    const [sample] = uploadSamples([tinySample('gradient', 2)]) as [DeviceSample];
    const x = tf.ones([2, 32, 32, 1]) as tf.Tensor4D;
    const gradients = tf.grads((image: tf.Tensor, masks: tf.Tensor) =>
      tf.sum(objectCrops(image as tf.Tensor4D, masks as tf.Tensor4D, 8).crops),
    )([x, sample.masks]);
    t.ok(Math.abs(gradients[0]!.sum().dataSync()[0]! - 2 * 64) < 1e-3, 'each pixel of a crop is a mean of pixels');
    t.equal(gradients[1]!.abs().max().dataSync()[0], 0);
  });
});

t.test('a run is resumed bit for bit, discriminators of objects with it', async (t) => {
  const folder = t.testdir();
  const train = async (run: string, steps: number, resume: boolean) => {
    const runFolder = path.join(folder, run);
    const { error, events } = await trainTiny({ runFolder, steps, resume, config: resume ? {} : WITH_OBJECTS });
    t.equal(error, undefined);
    const losses = events.flatMap((event) => (event.type === 'step' ? [event.losses] : []));
    for (const name of ['objectGeneratorA', 'objectGeneratorB', 'objectDiscriminatorA', 'objectDiscriminatorB']) {
      t.ok(
        losses.every((own) => own[name]! > 0),
        name,
      );
    }
    return filesOf(runFolder);
  };
  const whole = await train('whole', 4, false);
  await train('parts', 2, false);
  const parts = await train('parts', 4, true);
  t.same(parts, whole);
  const held = [...whole[MODEL_FILE]!.keys()].filter(isOfObjects);
  t.equal(held.length, 2 * (objectDiscriminatorSpecs(2).length + 2 * 5), 'weights, and vectors of five layers');
  const output = path.join(folder, 'exported');
  await exportRun(path.join(folder, 'whole'), output);
  t.ok(
    [...(await filesOf(output))[MODEL_FILE]!.keys()].every((name) => name.startsWith('generator')),
    'an export leaves them out',
  );
});

t.test('a run that was trained without can go on with them, and one with them without', async (t) => {
  const runFolder = path.join(t.testdir(), 'run');
  await trainTiny({ runFolder, steps: 2 });
  t.notOk([...(await filesOf(runFolder))[MODEL_FILE]!.keys()].some(isOfObjects));
  const updates = async () => (await readNewestCheckpoint(runFolder)).checkpoint!.state.updates as Updates;
  const before = await updates();
  const { weights } = tinyConfig();
  const resume = (steps: number, objectDiscriminator: number) =>
    trainTiny({ runFolder, steps, resume: true, config: { weights: { ...weights, objectDiscriminator } } });
  t.match((await resume(3, 1)).events.at(-1), { type: 'run-finished', step: 3 });
  t.ok([...(await filesOf(runFolder))[OPTIMIZER_FILE]!.keys()].some(isOfObjects));
  const after = await updates();
  const ofThirdStep = after.discriminatorA! - before.discriminatorA!;
  t.ok(ofThirdStep > 0);
  t.equal(after.objectDiscriminatorA, ofThirdStep, 'they begin with the third step');
  t.match((await resume(4, 0)).events.at(-1), { type: 'run-finished', step: 4 });
  t.notOk([...(await filesOf(runFolder))[MODEL_FILE]!.keys()].some(isOfObjects), 'and are gone');
});

t.test('a training that begins with the networks of another takes them over, or begins them', async (t) => {
  const folder = t.testdir();
  const [plain, other] = ['plain', 'other'].map((name) => path.join(folder, name)) as [string, string];
  await trainTiny({ runFolder: plain, steps: 1 });
  await trainTiny({ runFolder: other, steps: 1, config: WITH_OBJECTS });
  const weightsAfter = async (init: string) => {
    const runFolder = `${init}-after`;
    const learningRate = { generator: 1e-9, discriminator: 1e-9 };
    const config = tinyConfig({ init, learningRate, weights: { objectDiscriminator: 1 } });
    const { error } = await trainTiny({ runFolder, steps: 1, config });
    t.equal(error, undefined);
    return (await filesOf(runFolder))[MODEL_FILE]!.get('objectDiscriminatorA.features.conv0.weight')!.data;
  };
  const own = (await filesOf(other))[MODEL_FILE]!.get('objectDiscriminatorA.features.conv0.weight')!.data;
  const distance = (values: NumericArray) =>
    Math.max(...[...own.keys()].map((i) => Math.abs(Number(own[i]) - Number(values[i]))));
  t.ok(distance(await weightsAfter(other)) < 1e-6, 'they go on');
  const begun = await weightsAfter(plain);
  t.ok(distance(begun) > 1e-6, 'they begin');
});

t.test('no object that vanishes is another program', async (t) => {
  const keys: string[] = [];
  const programs = {
    run(program: Program) {
      keys.push(program.key);
      return directRunner.run(program);
    },
  };
  let step = 0;
  const seen: string[][] = [];
  const openData = async () =>
    memoryData(() => {
      if (keys.length > 0) seen.push(keys.splice(0));
      const [a, b] = [tinySample('a', 2), tinySample('b', 2)];
      // As a small mask is lost when it is scaled down.
      if (step++ === 1) b.masks[0]!.fill(-1);
      return { a: [a], b: [b] };
    });
  const config = tinyConfig({ weights: { objectDiscriminator: 1 }, poolSize: 0 });
  const { error } = await trainTiny({
    ...{ runFolder: path.join(t.testdir(), 'run'), steps: 3, openData, config },
    backend: { name: 'test', device: 'test', gpu: false, programs },
  });
  t.equal(error, undefined);
  seen.push(keys);
  t.equal(seen.length, 3);
  t.same([seen[1], seen[2]], [seen[0], seen[0]]);
});
