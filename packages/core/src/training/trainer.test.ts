import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../backends/registry.ts';
import type { TrainingPair } from '../data/pair-source.ts';
import { UserError } from '../errors.ts';
import { eventLogFile } from '../events/event-log.ts';
import { readEvents } from '../events/event-reader.ts';
import type { RunEvent } from '../events/run-event.ts';
import { checkpointHashes, checkpointSteps, runFolderOf, typesOf } from './test-support/run-files.ts';
import { memoryData, tinyConfig, tinySample, trainTiny, variedPair } from './test-support/tiny-training.ts';

const backend = await openBackend('wasm');
t.teardown(() => backend.close());

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
  t.same(await checkpointSteps(runFolder), [5, 4], 'older checkpoints are gone');
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
