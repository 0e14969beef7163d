import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { readBest } from '../checkpoint/best-checkpoint.ts';
import { readModel } from '../checkpoint/read-model.ts';
import { UserError } from '../errors.ts';
import type { RunEvent } from '../events/run-event.ts';
import type { TrainingTask } from '../models/learner.ts';
import { type TrainingConfig, translationConfigs } from '../models/training-config.ts';
import type { RunOptions } from './run-options.ts';
import { tinyConfig } from './test-support/tiny-training.ts';
import { trainRun } from './train-run.ts';

await tf.setBackend('cpu');

/** Learns nothing, and has the scores that it is told to have after every step; null for one that fails. */
async function train(
  runFolder: string,
  scores: readonly (number | null)[],
  options: Partial<RunOptions<TrainingConfig, null>> = {},
) {
  let step = 0;
  const task: TrainingTask<TrainingConfig, null> = {
    configs: translationConfigs,
    begin: (_, checkpoint) => {
      step = checkpoint?.step ?? 0;
      return {
        reasonToSkip: () => null,
        *learn() {
          step++;
          yield new Map([['loss', tf.scalar(1)]]);
        },
        examine: () => ({ losses: {}, symptoms: [] }),
        pictures: async () => [],
        validatesAt: () => true,
        validate: async () => {
          const score = scores[step - 1];
          if (score === null) throw new UserError('testA has no image.');
          return { scores: { score: score as number, other: 1 }, main: 'score' };
        },
        toCheckpoint: async () => ({
          files: { 'model.safetensors': new Map([['x', { shape: [1], data: Float32Array.of(step) }]]) },
          manifest: {},
        }),
        dispose: () => {},
      };
    },
  };
  const events: RunEvent[] = [];
  for await (const event of trainRun(task, {
    runFolder,
    config: tinyConfig({ checkpointEvery: 4, keepCheckpoints: 1 }),
    resume: false,
    openData: async () => ({ stepsPerEpoch: 100, batch: async () => null, close: async () => {} }),
    backend: { name: 'test', device: 'test', gpu: false },
    steps: scores.length,
    ...options,
  })) {
    events.push(event);
  }
  return events;
}

const stepsIn = (runFolder: string) =>
  readdirSync(path.join(runFolder, 'checkpoints'))
    .filter((name) => name.startsWith('step-'))
    .map((name) => Number(name.slice(5)));

t.test('the best checkpoint stays beside the newest one, also after a resume', async (t) => {
  const run = path.join(t.testdir(), 'run');
  await train(run, [0.2, 0.6, 0.5, 0.4, 0.4]);
  t.same(stepsIn(run), [2, 5]);
  t.same(await readBest(run), { step: 2, score: 0.6 });
  t.equal((await readModel(run, 'best')).model.get('x')?.data[0], 2);
  t.equal((await readModel(run)).checkpoint.step, 5);
  t.equal((await readModel(run, 5)).checkpoint.step, 5);

  const more = { resume: true, config: {} };
  await train(run, [0, 0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5], more);
  t.same(stepsIn(run), [2, 9], 'what came before still counts');
  await train(run, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0.7, 0.1], more);
  t.same(stepsIn(run), [10, 11]);
  t.equal((await readModel(run, 'best')).checkpoint.step, 10);
});

t.test('a run without scores has no best checkpoint, and says what to do', async (t) => {
  const run = path.join(t.testdir(), 'run');
  const events = await train(run, [null, null]);
  t.match(
    events.filter(({ type }) => type === 'warning'),
    [{ code: 'not-scored', message: 'Step 1 is not scored: testA has no image.' }, { step: 2 }],
    'training goes on without',
  );
  t.equal(events.at(-1)?.type, 'run-finished');
  await t.rejects(readModel(run, 'best'), { name: 'UserError', message: /has no best checkpoint.*--evaluate-every N/ });
  await t.rejects(readModel(run, 1), {
    name: 'UserError',
    message: /no checkpoint of step 1: choose one of those it has \(2\)/,
  });
  await train(path.join(t.testdirName, 'other'), [0.3, 0.1]);
  rmSync(path.join(t.testdirName, 'other', 'checkpoints', 'step-00000001'), { recursive: true });
  await t.rejects(readModel(path.join(t.testdirName, 'other'), 'best'), {
    name: 'UserError',
    message: /no checkpoint of step 1/,
  });
});

t.test('a score that falls for long raises an alarm', async (t) => {
  const events = await train(path.join(t.testdir(), 'run'), [0.6, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
  const alarms = events.filter((event) => event.type === 'alarm');
  t.match(alarms, [{ code: 'score-falling', step: 6, message: /below its best, 0\.600 at step 1/ }]);
  t.equal(alarms.length, 1);
});
