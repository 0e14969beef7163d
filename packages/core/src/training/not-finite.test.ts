import t from 'tap';
import { openBackend } from '../backends/registry.ts';
import { readNewestCheckpoint } from '../checkpoint/checkpoint-reader.ts';
import { writeCheckpoint } from '../checkpoint/checkpoint-store.ts';
import { MODEL_FILE } from '../checkpoint/model-files.ts';
import type { TrainingPair } from '../data/pair-source.ts';
import { UserError } from '../errors.ts';
import { checkpointSteps, runFolderOf, typesOf } from './test-support/run-files.ts';
import { memoryData, tinyConfig, trainTiny, variedPair } from './test-support/tiny-training.ts';

const backend = await openBackend('wasm');
t.teardown(() => backend.close());

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
  t.same(await checkpointSteps(runFolder), [3, 2, 1]);
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
  t.same(await checkpointSteps(runFolder), [2]);
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
  t.same(await checkpointSteps(runFolder), [2], 'no further checkpoint is written');
});
