import { rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { openBackend } from '../backends/registry.ts';
import { listCheckpoints } from '../checkpoint/checkpoint-folders.ts';
import { readNewestCheckpoint } from '../checkpoint/checkpoint-reader.ts';
import { AVERAGES_FILE, MODEL_FILE } from '../checkpoint/model-files.ts';
import type { NamedArrays } from '../checkpoint/named-arrays.ts';
import { eventLogFile } from '../events/event-log.ts';
import { readEvents } from '../events/event-reader.ts';
import { runFolderOf } from './test-support/run-files.ts';
import { memoryData, tinyConfig, trainTiny, variedPair } from './test-support/tiny-training.ts';

const backend = await openBackend('wasm');
t.teardown(() => backend.close());

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
  t.match(noRun?.message, /^There is no run /);
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
