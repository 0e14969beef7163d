import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../backends/registry.ts';
import { wasmMemory } from '../backends/wasm.ts';
import { disposeSamples, uploadSamples } from '../models/instagan/device-samples.ts';
import { trainStep } from '../models/instagan/train-step.ts';
import { disposeTrainingState, initialTrainingState } from '../models/instagan/training-state.ts';
import { MODEL_NAMES } from '../models/model-names.ts';
import { parseTrainingConfig, type TrainingConfig, type TrainingConfigInput } from '../models/training-config.ts';
import { translationModel } from '../models/translation-models.ts';
import { createRng } from '../random/rng.ts';
import { tinySample, trainTiny } from '../training/test-support/tiny-training.ts';
import { checkMemory } from './check-memory.ts';
import { type NeededMemory, neededMemory } from './needed-memory.ts';
import { SHAPE_KERNELS } from './shape-kernels.ts';
import { stepTensors } from './step-tensors.ts';

/** What the estimate of the wasm heap may be off by. */
const TOLERANCE = 0.25;
const MEBIBYTE = 2 ** 20;

function config(changes: TrainingConfigInput): TrainingConfig {
  const small = { size: { height: 64, width: 64 }, ngf: 8, ndf: 8, blocks: 2, poolSize: 2 };
  return parseTrainingConfig({ ...small, ...changes }, 'the test');
}

function trainSteps(settings: TrainingConfig, steps: number): void {
  const { batch, size, maxInstances } = settings;
  const model = translationModel(settings);
  const state = initialTrainingState(model, 0, settings.poolSize, {
    hasAverages: settings.ema > 0,
    hasObjectDiscriminators: settings.weights.objectDiscriminator > 0,
  });
  const samples = (domain: string) => {
    const all = Array.from({ length: batch }, (_, i) =>
      tinySample(`${domain}${i}`, maxInstances, size.width, size.height),
    );
    return uploadSamples(all);
  };
  const [a, b] = [samples('a'), samples('b')];
  const rngs = { poolRng: createRng(1), motionRng: createRng(2), augmentRng: createRng(3) };
  const plan = { config: settings, learningRate: settings.learningRate, ...rngs };
  for (let step = 0; step < steps; step++) {
    for (const { measurements } of trainStep(state, model, a, b, plan)) tf.dispose([...measurements.values()]);
  }
  disposeSamples([...a, ...b]);
  disposeTrainingState(state);
}

/** What a training needs, which the forecast must know. */
async function neededFor(...check: Parameters<typeof checkMemory>): Promise<NeededMemory> {
  const { needed } = await checkMemory(...check);
  if (needed === null) throw new Error('The forecast does not know an operation.');
  return needed;
}

t.setTimeout(120_000);

t.test('the estimate of the wasm heap is near what it grows to, or a warning would be worth nothing', async (t) => {
  for (const changes of [
    {},
    { batch: 3 },
    { size: { height: 96, width: 128 }, blocks: 4 },
    { weights: { consistency: 1, featureMatching: 1 }, ema: 0.9 },
    { discriminatorLayers: 2, diffAugment: 'color,translation,cutout' as const },
    { weights: { objectDiscriminator: 1 } },
  ]) {
    const settings = config(changes);
    const backend = await openBackend('wasm');
    const estimate = neededMemory('wasm', await stepTensors(settings, backend.gpu), false).deviceBytes;
    trainSteps(settings, 2);
    const measured = wasmMemory().buffer.byteLength;
    await backend.close();
    const text = `${Math.round(estimate / MEBIBYTE)} MiB estimated, ${Math.round(measured / MEBIBYTE)} MiB measured`;
    t.ok(Math.abs(estimate / measured - 1) < TOLERANCE, `${JSON.stringify(changes)}: ${text}`);
  }
});

t.test('every model can be estimated, and estimating leaves nothing behind', async (t) => {
  const backend = await openBackend('cpu');
  t.teardown(() => backend.close());
  const before = { ...tf.memory(), backend: tf.getBackend() };
  for (const model of MODEL_NAMES) {
    for (const joinCalls of [false, true]) {
      const one = await stepTensors(config({ model }), joinCalls);
      const three = await stepTensors(config({ model, batch: 3 }), joinCalls);
      t.ok(one.peakBytes > one.stateBytes, `${model}: a step takes more than the state`);
      t.ok(three.peakBytes > one.peakBytes, `${model}: a larger batch takes more`);
      for (const weights of [{ consistency: 1 }, { featureMatching: 1 }, { objectDiscriminator: 1 }]) {
        const more = await stepTensors(config({ model, weights }), joinCalls);
        t.ok(more.peakBytes >= one.peakBytes, `${model}: ${Object.keys(weights)} is counted`);
      }
      const beyond = {
        upsampling: 'nearest',
        outputFilter: 'binomial',
        maskValues: 'binary',
        background: 'keep',
        diffAugment: 'color,translation,cutout',
      } as const;
      t.ok((await stepTensors(config({ model, ...beyond }), joinCalls)).peakBytes > one.stateBytes);
      const averaged = await stepTensors(config({ model, ema: 0.9 }), joinCalls);
      t.ok(averaged.stateBytes > one.stateBytes, `${model}: averages are counted`);
      const shallow = await stepTensors(config({ model, discriminatorLayers: 2 }), joinCalls);
      t.ok(shallow.stateBytes < one.stateBytes, `${model}: shallower discriminators take less`);
    }
  }
  t.same({ ...tf.memory(), backend: tf.getBackend() }, before);
});

t.test('a step takes what its settings say, whatever the number of instances', async (t) => {
  const backend = await openBackend('cpu');
  t.teardown(() => backend.close());
  const peak = async (maxInstances: number) =>
    (await stepTensors(config({ maxInstances, poolSize: 0 }), false)).peakBytes;
  t.ok((await peak(16)) < 1.1 * (await peak(4)));
});

t.test('what does not fit is refused with settings that do: nobody must search for them', async (t) => {
  const backend = await openBackend('wasm');
  t.teardown(() => backend.close());
  const settings = config({ batch: 4, ngf: 16, ndf: 16 });
  const needed = await neededFor(settings, backend);
  const plenty = { ramBytes: 2 ** 40, freeRamBytes: 2 ** 40 };
  const little = { ...plenty, deviceBytes: 0.6 * needed.deviceBytes };
  const failure: unknown = await checkMemory(settings, backend, little).catch((error: unknown) => error);
  const { name, message } = failure as Error;
  t.equal(name, 'UserError');
  t.match(message, /^This training needs about .* of the wasm heap, which has .*: it fits with .*\.$/);

  const [, height = 0, width = 0] = (/--size (\d+)x(\d+)/.exec(message) ?? []).map(Number);
  const batch = Number(/--batch (\d+)/.exec(message)?.[1]);
  const [, ngf = 0, ndf = 0] = (/--ngf (\d+) --ndf (\d+)/.exec(message) ?? []).map(Number);
  const fits = (changes: Partial<TrainingConfig>) =>
    checkMemory({ ...settings, ...changes }, backend, little).then(
      () => true,
      () => false,
    );
  t.ok(await fits({ size: { height, width } }), `${height}x${width} fits`);
  t.notOk(await fits({ size: { height: height + 4, width: width + 4 } }), 'and nothing larger');
  t.ok(await fits({ batch }), `a batch of ${batch} fits`);
  t.notOk(await fits({ batch: batch + 1 }), 'and no larger one');
  t.ok(await fits({ ngf, ndf }), `ngf ${ngf} and ndf ${ndf} fit`);
  t.notOk(await fits({ ngf: ngf + 1, ndf: ndf + 1 }), 'and nothing wider');
});

t.test('no size is proposed that the discriminators cannot score', async (t) => {
  const backend = await openBackend('wasm');
  t.teardown(() => backend.close());
  const settings = config({ size: { height: 96, width: 96 }, discriminatorLayers: 5, poolSize: 0 });
  const { deviceBytes, ramBytes } = await neededFor(settings, backend);
  const little = { ramBytes, freeRamBytes: ramBytes, deviceBytes: deviceBytes - 1 };
  await t.rejects(checkMemory(settings, backend, little), { message: /^(?!.*--size \d).*it fits with --ngf/ });
});

t.test('who lacks RAM for node is told of wasm where that would do', async (t) => {
  const backend = await openBackend('wasm');
  t.teardown(() => backend.close());
  const settings = config({ ngf: 16, ndf: 16 });
  const node = { name: 'node', gpu: false, software: false } as const;
  const plenty = { ramBytes: 2 ** 40, freeRamBytes: 2 ** 40 };
  const needed = await neededFor(settings, node, plenty);
  const little = { ramBytes: needed.ramBytes - 2 ** 20, freeRamBytes: needed.ramBytes };
  await t.rejects(checkMemory(settings, node, little), { message: /: it fits with --backend wasm or --size / });
  const least = { ramBytes: 2 ** 26, freeRamBytes: 2 ** 26 };
  await t.rejects(checkMemory(settings, node, least), { message: /^(?!.*--backend wasm)/ });
});

t.test('what is tight is a warning, and a GPU that takes no such tensor a refusal', async (t) => {
  const backend = await openBackend('wasm');
  t.teardown(() => backend.close());
  const settings = config({});
  const needed = await neededFor(settings, backend);
  const ram = { ramBytes: 2 ** 40, freeRamBytes: 2 ** 40 };
  t.equal((await checkMemory(settings, backend, { ...ram, deviceBytes: 2 * needed.deviceBytes })).warning, undefined);
  const tight = await checkMemory(settings, backend, { ...ram, deviceBytes: 1.05 * needed.deviceBytes });
  t.match(tight.warning, /^This training needs about .* of the wasm heap/);
  const busy = await checkMemory(settings, backend, { ...ram, freeRamBytes: needed.ramBytes });
  t.match(busy.warning, /RAM.*are free: end other programs/);
  await t.rejects(checkMemory(settings, backend, { ...ram, tensorBytes: needed.largestTensorBytes - 1 }), {
    message: /this GPU allows up to/,
  });
});

t.test('a training is not refused because the forecast does not know an operation: it says so', async (t) => {
  const settings = config({});
  await checkMemory(settings, { name: 'wasm', gpu: false, software: false });
  const kernels = SHAPE_KERNELS as Record<string, unknown>;
  const known = kernels.InstanceNorm;
  delete kernels.InstanceNorm;
  tf.unregisterKernel('InstanceNorm', 'shapes');
  t.teardown(() => {
    kernels.InstanceNorm = known;
    tf.unregisterKernel('InstanceNorm', 'shapes');
  });
  const unknown = await checkMemory(settings, { name: 'wasm', gpu: false, software: false });
  t.equal(unknown.needed, null);
  t.match(
    unknown.warning,
    /^The memory that this training needs is unknown \(Kernel '.*' not registered .*\): lower --size/,
  );
  const backend = await openBackend('wasm', { threads: 1 });
  t.teardown(() => backend.close());
  const runFolder = path.join(t.testdir(), 'run');
  const { events, error } = await trainTiny({ runFolder, steps: 1, backend });
  t.equal(error, undefined);
  t.match(
    events.find(({ type }) => type === 'warning'),
    { code: 'memory-unknown', message: /^The memory that this training needs is unknown/ },
  );
  t.match(events.at(-1), { type: 'run-finished', reason: 'completed' });
});
