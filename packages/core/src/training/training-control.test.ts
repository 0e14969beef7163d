import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { openBackend } from '../backends/registry.ts';
import { TrainingControl } from '../control/training-control.ts';
import type { RunEvent } from '../events/run-event.ts';
import { tinyConfig, trainTiny } from './test-support/tiny-training.ts';

const backend = await openBackend('wasm');
t.teardown(() => backend.close());

const runFolderOf = (test: Test) => path.join(test.testdir(), 'run');
const brief = (events: readonly RunEvent[]) =>
  events.map((event) => `${event.type === 'control' ? event.command : event.type} ${event.step}`);
const isStep = (event: RunEvent, step: number) => event.type === 'step' && event.step === step;

t.test('a paused training waits and goes on as if nothing had been; every command is an event', async (t) => {
  const control = new TrainingControl();
  let steps = 0;
  const { events } = await trainTiny({ runFolder: runFolderOf(t), steps: 3, control }, (event) => {
    if (event.type === 'step') steps++;
    if (isStep(event, 1)) control.send({ command: 'pause' });
    if (event.type === 'control' && event.command === 'pause') {
      void delay(100).then(() => {
        t.equal(steps, 1, 'no step is made while paused');
        control.send({ command: 'resume' });
      });
    }
  });
  const [, ...rest] = brief(events);
  t.same(rest, ['step 1', 'pause 1', 'resume 1', 'step 2', 'step 3', 'checkpoint 3', 'run-finished 3']);
});

t.test('checkpoint and sample are made at once, also while paused', async (t) => {
  const control = new TrainingControl();
  const pictures: string[] = [];
  const { events } = await trainTiny(
    { runFolder: runFolderOf(t), steps: 2, control, writePicture: async (file) => void pictures.push(file) },
    (event) => {
      if (!isStep(event, 1)) return;
      for (const command of ['pause', 'checkpoint', 'sample', 'resume'] as const) control.send({ command });
    },
  );
  t.same(brief(events).slice(2, -3), [
    'pause 1',
    'checkpoint 1',
    'checkpoint 1',
    'sample 1',
    'sample 1',
    'sample 1',
    'resume 1',
  ]);
  t.equal(pictures.length, 2);
});

t.test('a changed learning rate holds from the next step on, and for a resume', async (t) => {
  const runFolder = runFolderOf(t);
  const control = new TrainingControl();
  const { events } = await trainTiny({ runFolder, steps: 2, control }, (event) => {
    if (isStep(event, 1)) control.send({ command: 'learning-rate', generator: 3e-4, discriminator: 5e-5 });
  });
  const rates = events.flatMap((event) => (event.type === 'step' ? [event.learningRate] : []));
  t.same(rates, [tinyConfig().learningRate, { generator: 3e-4, discriminator: 5e-5 }]);
  const config = JSON.parse(await readFile(path.join(runFolder, 'config.json'), 'utf8'));
  t.same(config.learningRate, { generator: 3e-4, discriminator: 5e-5 });
});

t.test('stop ends after the step, stop-after-epoch at the end of the epoch, both with a checkpoint', async (t) => {
  for (const [command, lastStep] of [
    ['stop', 1],
    ['stop-after-epoch', 4],
  ] as const) {
    const control = new TrainingControl();
    const runFolder = path.join(t.testdir(), command);
    const { events } = await trainTiny({ runFolder, steps: 40, control }, (event) => {
      if (isStep(event, 1)) control.send({ command });
    });
    t.match(events.at(-1), { type: 'run-finished', step: lastStep, reason: 'interrupted' });
    t.match(events.at(-2), { type: 'checkpoint', step: lastStep });
  }
});

t.test('a paused training heeds a signal', async (t) => {
  const control = new TrainingControl();
  const controller = new AbortController();
  const { events } = await trainTiny(
    { runFolder: runFolderOf(t), steps: 9, control, signal: controller.signal },
    (event) => {
      if (isStep(event, 1)) control.send({ command: 'pause' });
      if (event.type === 'control') void delay(20).then(() => controller.abort());
    },
  );
  t.match(events.at(-1), { type: 'run-finished', step: 1, reason: 'interrupted' });
});
