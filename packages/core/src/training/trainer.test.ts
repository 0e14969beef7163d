import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import t, { type Test } from 'tap';
import { openBackend } from '../backends/registry.ts';
import { listCheckpoints } from '../checkpoint/checkpoint-folders.ts';
import { readNewestCheckpoint } from '../checkpoint/checkpoint-reader.ts';
import { writeCheckpoint } from '../checkpoint/checkpoint-store.ts';
import { AVERAGES_FILE, MODEL_FILE } from '../checkpoint/model-files.ts';
import type { NamedArrays } from '../checkpoint/named-arrays.ts';
import type { TrainingPair } from '../data/pair-source.ts';
import { UserError } from '../errors.ts';
import { eventLogFile } from '../events/event-log.ts';
import { readEvents } from '../events/event-reader.ts';
import type { RunEvent } from '../events/run-event.ts';
import { memoryData, tinyConfig, tinySample, trainTiny, variedPair } from './test-support/tiny-training.ts';

const backend = await openBackend('wasm');
t.teardown(() => backend.close());

const runFolderOf = (test: Test) => path.join(test.testdir(), 'run');
const typesOf = (events: readonly RunEvent[]) => events.map(({ type }) => type);

/** A hash of each file of the newest checkpoint. */
async function checkpointHashes(runFolder: string): Promise<Record<string, string>> {
  const [newest] = await listCheckpoints(runFolder);
  const hashes: Record<string, string> = {};
  for (const file of ['model.safetensors', 'optimizer.safetensors', 'pools.safetensors', 'manifest.json']) {
    hashes[file] = createHash('sha256')
      .update(await readFile(path.join(newest!.folder, file)))
      .digest('hex');
  }
  return hashes;
}

t.test('what happened is in the log, in order: a run is watched through it', async (t) => {
  const runFolder = runFolderOf(t);
  const pictures: string[] = [];
  const before = tf.memory().numTensors;
  const { events, error } = await trainTiny({
    runFolder,
    steps: 5,
    config: tinyConfig({ checkpointEvery: 2, keepCheckpoints: 2, sampleEvery: 4, logEvery: 2 }),
    writePicture: async (file) => void pictures.push(path.relative(runFolder, file)),
  });
  t.equal(error, undefined);
  t.same(
    events.map((event) => `${event.type} ${event.step}`),
    [
      'run-started 0',
      'step 2',
      'checkpoint 2',
      'step 4',
      'sample 4',
      'sample 4',
      'checkpoint 4',
      'step 5',
      'checkpoint 5',
      'run-finished 5',
    ],
  );
  const logged: RunEvent[] = [];
  for await (const event of readEvents(eventLogFile(runFolder))) logged.push(event);
  t.same(logged, events, 'the file holds what was yielded');
  t.same(pictures, ['samples/step-00000004-AtoB.png', 'samples/step-00000004-BtoA.png']);
  t.match(events.at(-1), { reason: 'completed', checkpoint: 'checkpoints/step-00000005' });
  t.same(
    (await listCheckpoints(runFolder)).map(({ step }) => step),
    [5, 4],
    'older checkpoints are gone',
  );
  t.equal(tf.memory().numTensors, before, 'a finished run leaves no tensor');
});

t.test('an entry of the log holds the means of all steps since the last one: nothing is left out of it', async (t) => {
  const losses = async (logEvery: number) => {
    const config = tinyConfig({ logEvery });
    const { events } = await trainTiny({ runFolder: path.join(t.testdir(), `every-${logEvery}`), steps: 5, config });
    return events.flatMap((event) => (event.type === 'step' ? [{ step: event.step, ...event.losses }] : []));
  };
  const each = await losses(1);
  const some = await losses(3);
  t.same(
    some.map(({ step }) => step),
    [3, 5],
  );
  for (const [entry, from, to] of [
    [some[0]!, 0, 3],
    [some[1]!, 3, 5],
  ] as const) {
    for (const [name, value] of Object.entries(entry)) {
      if (name === 'step') continue;
      const own = each.slice(from, to).map((one) => (one as Record<string, number>)[name]!);
      const mean = own.reduce((sum, one) => sum + one, 0) / own.length;
      t.ok(Math.abs(value - mean) < 1e-6, `${name} of steps ${from + 1} to ${to}: ${value}`);
    }
  }
});

t.test('a run that stops on a signal saves first: nothing learned is lost', async (t) => {
  const runFolder = runFolderOf(t);
  const controller = new AbortController();
  const { events } = await trainTiny({ runFolder, steps: 50, signal: controller.signal }, (event) => {
    if (event.type === 'step' && event.step === 2) controller.abort();
  });
  t.same(typesOf(events), ['run-started', 'step', 'step', 'checkpoint', 'run-finished']);
  t.match(events.at(-1), { step: 2, reason: 'interrupted', checkpoint: 'checkpoints/step-00000002' });
});

t.test('a run that is moved while it trains ends at once, and no half of a run comes up in its place', async (t) => {
  const runFolder = runFolderOf(t);
  const moved = `${runFolder}-moved`;
  const config = tinyConfig({ checkpointEvery: 2 });
  const { events, error } = await trainTiny({ runFolder, steps: 50, config }, (event) => {
    if (event.type === 'checkpoint') renameSync(runFolder, moved);
  });
  t.match(error, { name: 'UserError', message: /run was moved or deleted while it was trained.*with --resume/ });
  t.ok((events.at(-1)?.step ?? 0) <= 4, 'not later than at the next checkpoint');
  t.notOk(existsSync(runFolder));
  const logged: RunEvent[] = [];
  for await (const event of readEvents(eventLogFile(moved))) logged.push(event);
  t.match(logged.at(-1), { type: 'run-failed', message: /was moved/ }, 'the log moved along, and says so');
  const again = await trainTiny({ runFolder: moved, steps: 4, resume: true, config: {} });
  t.match(again.events.at(-1), { type: 'run-finished', step: 4, reason: 'completed' }, 'it goes on where it is now');
});

t.test('a run that is killed between two writes of a step lacks no picture and no score of it', async (t) => {
  const config = tinyConfig({ checkpointEvery: 2, sampleEvery: 2 });
  const kinds = ['step', 'sample', 'checkpoint'] as const;
  const root = t.testdir();
  for (const [i, last] of kinds.entries()) {
    const runFolder = path.join(root, String(i));
    const pictures = new Set<string>();
    const writePicture = async (file: string) => void pictures.add(path.basename(file));
    const options = { runFolder, writePicture, steps: 4 };
    const killed = await trainTiny({ ...options, config }, ({ type, step }) => {
      if (type === last && step === 2) throw new Error('killed');
    });
    t.equal(killed.error?.message, 'killed');
    await trainTiny({ ...options, resume: true, config: {} });
    const expected = [2, 4].flatMap((step) => ['AtoB', 'BtoA'].map((way) => `step-0000000${step}-${way}.png`));
    t.same([...pictures].sort(), expected, `killed after a ${last}`);
  }
});

t.test('a checkpoint that a kill kept out of the log is in it after the resume, once', async (t) => {
  const root = t.testdir();
  const config = tinyConfig({ checkpointEvery: 2 });
  for (const isLogged of [true, false]) {
    const runFolder = path.join(root, String(isLogged));
    await trainTiny({ runFolder, config, steps: 2 });
    const log = eventLogFile(runFolder);
    const lines = (await readFile(log, 'utf8')).split('\n');
    const last = lines.findIndex((line) => line.includes('"type":"checkpoint"'));
    await writeFile(log, lines.slice(0, last + (isLogged ? 1 : 0)).join('\n'));
    for (const steps of [3, 4]) {
      const { error } = await trainTiny({ runFolder, steps, resume: true, config: {} });
      t.equal(error, undefined);
    }
    const checkpoints: (number | undefined)[] = [];
    for await (const { type, step } of readEvents(log)) if (type === 'checkpoint') checkpoints.push(step);
    t.same(checkpoints, [2, 3, 4], isLogged ? 'logged' : 'not logged');
  }
});

t.test('a run that is resumed with more images says so, and its learning rate goes on falling', async (t) => {
  const runFolder = runFolderOf(t);
  const config = tinyConfig({ epochs: { constant: 1, decay: 2 }, learningRate: { generator: 1, discriminator: 1 } });
  await trainTiny({ runFolder, config, steps: 4, openData: async () => memoryData(variedPair, 2) });
  const openData = async () => memoryData(variedPair, 4);
  const { events } = await trainTiny({ runFolder, config: {}, resume: true, openData });
  t.match(
    events.filter(({ type }) => type === 'warning'),
    [{ code: 'data-changed', message: /an epoch has 4 steps from here on, it had 2\. .* goes on from epoch 2\.$/ }],
  );
  const rates = events.flatMap((event) => (event.type === 'step' ? [event.learningRate.generator] : []));
  t.same(rates, [0.5, 0.375, 0.25, 0.125], 'to the end of the schedule');
  t.match(events.at(-1), { type: 'run-finished', step: 8, reason: 'completed' });
});

t.test('learning rates follow the schedule, and a run beyond its end says that it learns nothing', async (t) => {
  const config = tinyConfig({
    epochs: { constant: 1, decay: 2 },
    learningRate: { generator: 2e-3, discriminator: 1e-3 },
  });
  const { events } = await trainTiny({
    runFolder: runFolderOf(t),
    config,
    steps: 7,
    openData: async () => memoryData(variedPair, 2),
  });
  const factors = events.flatMap((event) => (event.type === 'step' ? [event.learningRate.generator / 2e-3] : []));
  t.same(factors, [1, 1, 1, 0.75, 0.5, 0.25, 0], 'one epoch at full rate, then linearly to 0 over two');
  t.match(
    events.filter(({ type }) => type === 'warning'),
    [{ code: 'schedule-exceeded', message: /learning rate is 0 from step 6 on/ }],
  );
});

t.test('a loss that is not a number stops the run, and the last good checkpoint stays', async (t) => {
  const runFolder = runFolderOf(t);
  const broken = (step: number): TrainingPair => {
    const pair = variedPair(step);
    if (step === 3) pair.a[0]!.image.fill(Number.NaN);
    return pair;
  };
  const options = { runFolder, steps: 8, openData: async () => memoryData(broken) };
  const { events, error } = await trainTiny({ ...options, config: tinyConfig({ checkpointEvery: 1 }) });
  t.ok(error instanceof UserError);
  t.match(error?.message, /^Step 4 of .*run: .*generatorA.* not a finite number; resume from the last checkpoint/);
  t.same(typesOf(events).slice(-3), ['step', 'alarm', 'run-failed']);
  t.match(events.at(-2), { code: 'loss-not-finite', step: 4 });
  t.same(
    (await listCheckpoints(runFolder)).map(({ step }) => step),
    [3, 2, 1],
  );
  const { checkpoint } = await readNewestCheckpoint(runFolder);
  const weights = [...(checkpoint?.files[MODEL_FILE]?.values() ?? [])];
  t.ok(weights.length > 0 && weights.every(({ data }) => data.every((value) => Number.isFinite(Number(value)))));
  const again = await trainTiny({ ...options, resume: true, config: {}, openData: async () => memoryData(variedPair) });
  t.match(again.events.at(-1), { type: 'run-finished', reason: 'completed' }, 'it goes on from there');
});

t.test('broken weights are not saved, even where no loss is looked at before the checkpoint', async (t) => {
  const runFolder = runFolderOf(t);
  const broken = (step: number): TrainingPair => {
    const pair = variedPair(step);
    if (step === 2) pair.b[0]!.image.fill(Number.NaN);
    return pair;
  };
  const { events, error } = await trainTiny({
    runFolder,
    steps: 8,
    config: tinyConfig({ logEvery: 8, checkpointEvery: 2 }),
    openData: async () => memoryData(broken),
  });
  t.match(error?.message, /Step 4 of .*weight holds values that are not finite numbers/);
  t.match(events.at(-2), { type: 'alarm', code: 'loss-not-finite', step: 4 });
  t.same(
    (await listCheckpoints(runFolder)).map(({ step }) => step),
    [2],
  );
});

t.test('a poisoned weight raises the alarm at the next step', async (t) => {
  const runFolder = runFolderOf(t);
  await trainTiny({ runFolder, steps: 2 });
  const { checkpoint } = await readNewestCheckpoint(runFolder);
  const weights = checkpoint!.files[MODEL_FILE]!.get('generatorAToB.imageDecoder.conv0.weight')!;
  weights.data[0] = Number.NaN;
  await writeCheckpoint(runFolder, 2, { files: checkpoint!.files, manifest: checkpoint!.state });
  const { events } = await trainTiny({ runFolder, steps: 4, resume: true, config: {} });
  t.same(typesOf(events), ['run-started', 'step', 'alarm', 'run-failed']);
  t.same(
    (await listCheckpoints(runFolder)).map(({ step }) => step),
    [2],
    'no further checkpoint is written',
  );
});

t.test('images that lost every instance are left out, and a step without any is skipped and counted', async (t) => {
  const pairs = (step: number): TrainingPair => ({
    a: [tinySample(`a${step}`, step === 1 || step === 2 ? 0 : 2), tinySample(`c${step}`, step === 1 ? 0 : 1)],
    b: [tinySample(`b${step}`, 1), tinySample(`d${step}`, 2)],
  });
  const run = (folder: string, steps: number, resume: boolean) =>
    trainTiny({
      runFolder: path.join(t.testdirName, folder),
      steps,
      resume,
      config: resume ? {} : tinyConfig({ batch: 2 }),
      openData: async () => memoryData(pairs),
    });
  t.testdir();
  const { events } = await run('whole', 4, false);
  t.same(
    events.filter(({ type }) => type === 'step' || type === 'warning').map(({ type, step }) => `${type} ${step}`),
    ['step 1', 'warning 2', 'step 3', 'step 4'],
  );
  t.match(
    events.find(({ type }) => type === 'warning'),
    { code: 'no-instances', message: 'Step 2 is skipped: domain A has no instance in a1, c1.' },
  );
  await run('parts', 2, false);
  await run('parts', 4, true);
  t.same(
    await checkpointHashes(path.join(t.testdirName, 'parts')),
    await checkpointHashes(path.join(t.testdirName, 'whole')),
    'a resume over a skipped step changes nothing',
  );
});

t.test('a set from which nothing can be learned ends the training after an epoch', async (t) => {
  const pairs = (step: number) => ({ a: [tinySample(`a${step}`, 0)], b: [tinySample(`b${step}`, 1)] });
  const openData = async () => memoryData(pairs, 3);
  const { events, error } = await trainTiny({ runFolder: path.join(t.testdir(), 'run'), steps: 20, openData });
  t.match(error, { name: 'UserError', message: /all 3 steps of an epoch were skipped.*dataset check/ });
  t.equal(events.filter(({ type }) => type === 'warning').length, 3);
});

t.test('the same configuration and data give the same bits; another seed gives others', async (t) => {
  const folder = t.testdir();
  const hashes = async (name: string, seed: number) => {
    const runFolder = path.join(folder, name);
    await trainTiny({ runFolder, steps: 3, config: tinyConfig({ seed }) });
    return checkpointHashes(runFolder);
  };
  const first = await hashes('first', 5);
  t.same(await hashes('second', 5), first);
  t.not((await hashes('third', 6))['model.safetensors'], first['model.safetensors']);
});

t.test('data that fail end the run, with what was learned so far saved', async (t) => {
  const runFolder = runFolderOf(t);
  let isClosed = false;
  const failing = {
    stepsPerEpoch: 4,
    pair: async (step: number) => {
      if (step === 2) throw new UserError('trainA/x.png cannot be read: restore it.');
      return variedPair(step);
    },
    close: async () => {
      isClosed = true;
    },
  };
  const { events, error } = await trainTiny({ runFolder, steps: 8, openData: async () => failing });
  t.equal(error?.message, 'trainA/x.png cannot be read: restore it.');
  t.same(typesOf(events), ['run-started', 'step', 'step', 'checkpoint', 'run-failed']);
  t.ok(isClosed, 'workers of the data are ended');
});

t.test(
  'a run whose config.json has other settings than its checkpoint says so, and ends if they must not change',
  async (t) => {
    const runFolder = runFolderOf(t);
    await trainTiny({ runFolder, steps: 1 });
    const file = path.join(runFolder, 'config.json');
    const text = await readFile(file, 'utf8');
    const resume = () => trainTiny({ runFolder, steps: 1, resume: true, config: {} });
    await writeFile(file, text.replace('"seed": 5', '"seed": 4'));
    const { error } = await resume();
    t.match(error, {
      name: 'UserError',
      message:
        /run\/config\.json has seed 4, but the checkpoint of step 1 was trained with 5: restore config\.json from a copy\.$/,
    });
    await writeFile(file, text.replace(/"generator": 0\.0002/, '"generator": 0.0003'));
    const { events } = await resume();
    t.match(
      events.filter(({ type }) => type === 'warning'),
      [
        {
          code: 'config-changed',
          message: /has learningRate 3e-4,\S+, but .* was trained with 2e-4,\S+; what config.json has/,
        },
      ],
    );
    await writeFile(file, text);
    t.notOk(
      (await resume()).events.some(({ type }) => type === 'warning'),
      'the same settings are nothing to tell of',
    );
  },
);

t.test('a run is not overwritten, and one that never began is not resumed', async (t) => {
  const runFolder = runFolderOf(t);
  const { error: noRun } = await trainTiny({ runFolder, steps: 1, resume: true, config: {} });
  t.match(noRun?.message, /is not a run \(it has no config\.json\)/);
  await trainTiny({ runFolder, steps: 1 });
  const { error } = await trainTiny({ runFolder, steps: 1 });
  t.match(error?.message, /is already a run: add --resume/);
});

t.test('a training that begins with the networks of another goes on from them, at another size', async (t) => {
  const folder = t.testdir();
  const [first, second] = ['first', 'second'].map((name) => path.join(folder, name)) as [string, string];
  await trainTiny({ runFolder: first, steps: 2, config: tinyConfig({ ema: 0.5 }) });
  const still = { learningRate: { generator: 1e-9, discriminator: 1e-9 }, size: { height: 48, width: 40 } };
  const { error } = await trainTiny({
    runFolder: second,
    steps: 1,
    config: tinyConfig({ ...still, seed: 9, init: first }),
  });
  t.equal(error, undefined);
  const weightsOf = async (run: string, file: string) =>
    (await readNewestCheckpoint(run)).checkpoint?.files[file] as NamedArrays;
  const begun = await weightsOf(second, MODEL_FILE);
  const expected = new Map([...(await weightsOf(first, MODEL_FILE)), ...(await weightsOf(first, AVERAGES_FILE))]);
  let furthest = 0;
  for (const [name, { data }] of begun) {
    if (/\.[uv]$/.test(name)) continue;
    const from = expected.get(name)!.data;
    for (const [i, value] of data.entries()) furthest = Math.max(furthest, Math.abs(Number(value) - Number(from[i])));
  }
  t.ok(furthest < 1e-6, `weights differ by ${furthest}`);

  rmSync(first, { recursive: true });
  await trainTiny({ runFolder: second, steps: 2, resume: true, config: {} });
  t.match(await listCheckpoints(second), [{ step: 2 }], 'a resumed run goes on from its own weights');
  for (const [name, own, other] of [
    ['ngf', 2, 3],
    ['discriminatorLayers', 3, 2],
  ] as const) {
    const wrong = await trainTiny({
      runFolder: path.join(folder, name),
      steps: 1,
      config: tinyConfig({ [name]: other, init: second }),
    });
    t.match(wrong.error, {
      name: 'UsageError',
      message: `second has ${name} ${own}, so its weights do not fit ${name} ${other}: leave`,
    });
  }
});
