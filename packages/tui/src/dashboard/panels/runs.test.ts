import type { RunEventBody } from '@instagan/core/events';
import t, { type Test } from 'tap';
import { textWidth } from '../../output/text-width.ts';
import { JOB_STARTED, loggedRun, meadowEvents, runWith, User } from '../test-support.ts';

const END: RunEventBody = { type: 'run-finished', step: 200, reason: 'completed', checkpoint: null };

t.test('runs are listed with their state; one is chosen and opened', async (t) => {
  const runs = [loggedRun(t, [...meadowEvents(), END], 'first'), loggedRun(t, meadowEvents(), 'second')];
  const user = new User(runs).press('5');
  t.match(user.screen(), /^ first [\s\S]*first +completed +200\/400 +0\.500 s[\s\S]*second +lost +200\/400/);
  t.match(user.press('down', 'j', 'pagedown').screen(), /^ second /, 'the list ends with its last run');
  t.match(user.press('k').screen(), /^ first /);
  t.match(user.press('up', 'down', 'return').screen(), /^ second [\s\S]*─ content losses ─/);
  t.match(user.press('down').screen(), /^ second /, 'elsewhere the arrows scroll events');
});

t.test('tab goes round the runs', async (t) => {
  const user = new User(['first', 'second'].map((name) => loggedRun(t, meadowEvents(), name)));
  t.match(user.press('tab').screen(), /^ second /);
  t.match(user.press('tab').screen(), /^ first /);
});

t.test('more runs than rows scroll with the one in focus', async (t) => {
  const names = Array.from({ length: 40 }, (_, i) => `run-${i + 1}`);
  const user = new User(
    names.map((name) => loggedRun(t, meadowEvents().slice(0, 3), name)),
    { rows: 24 },
  ).press('5');
  t.notMatch(user.screen(), / run-40 /);
  t.match(user.press(...Array(39).fill('down')).screen(), / run-40 +lost/);
});

t.test('names of wide characters are listed, and leave the columns straight', async (t) => {
  const names = ['実験', 'short', '🐑 run', 'a-very-long-name-実験実験実験実験実験実験実験実験'];
  const runs = names.map((name) => loggedRun(t, meadowEvents(), name));
  const job = loggedRun(t, [{ ...JOB_STARTED, input: '/映像.mp4' } as RunEventBody], 'job');
  for (const columns of [60, 100, 200]) {
    const lines = new User([...runs, job], { columns }).press('5').lines();
    const rows = ['実験', 'short', '🐑 run', 'a-very-long-name', 'translate 映像.mp4'].map(
      (name) => lines.slice(2).find((line) => line.includes(` ${name}`)) ?? '',
    );
    const starts = rows.map((row) => textWidth(/^(.*?) lost/.exec(row)?.[1] ?? ''));
    t.ok(starts[0]! > 0 && new Set(starts).size === 1, `the states stand below each other at ${columns} columns`);
    t.ok(lines.every((line) => textWidth(line) <= columns));
  }
});

/** Runs that differ in their learning rate and in the last value of their loss. */
function tried(t: Test) {
  return [3e-4, 1e-4, 2e-4].map((generator, i) => {
    const loss = (step: number): RunEventBody => ({
      type: 'step',
      step,
      epoch: 4,
      losses: { cycleA: 10 * (i + 1) },
      learningRate: { generator, discriminator: 1e-4 },
      seconds: 0.5,
      memory: { tensors: 1, tensorBytes: 1, rssBytes: 1 },
    });
    const losses = Array.from({ length: 60 }, (_, step) => loss(201 + step));
    const scores: RunEventBody = { type: 'validation', step: 260, scores: { iou: (i + 1) / 4 }, seconds: 1 };
    return runWith(t, `try${i + 1}`, { ngf: 16, learningRate: { generator } }, [...losses, scores]);
  });
}

t.test('the table shows losses, scores and the settings that differ, and sorts by any of them', async (t) => {
  const user = new User(tried(t), { columns: 140 }).press('5');
  t.match(user.screen(), /run +state +step +s\/step +learningRate\.generator +iou .*cycleA/);
  t.notMatch(user.screen(), ' ngf', 'what is the same everywhere is no column');
  t.match(user.screen(), /try1 +lost +260\/400 +0\.500 s +3e-4 +0\.25 /);
  const order = () => [...user.screen().matchAll(/^●=? +(try\d)/gm)].map(([, name]) => name);
  t.same(order(), ['try1', 'try2', 'try3']);
  user.press('right', 'right', 'right', 'right', 's');
  t.same(order(), ['try2', 'try3', 'try1'], 'upwards by the learning rate');
  t.match(user.screen(), 'learningRate.generator ↑');
  user.press('s');
  t.same(order(), ['try1', 'try3', 'try2'], 'downwards');
  t.match(user.press('down').screen(), /^ try3 /, 'the arrows follow the order');
  user.press('s');
  t.same(order(), ['try1', 'try2', 'try3'], 'as they came');
});

t.test('a narrow table moves with the chosen column', async (t) => {
  const user = new User(tried(t), { columns: 60 }).press('5');
  t.notMatch(user.screen(), 'cycleA');
  t.match(user.press(...Array(8).fill('right')).screen(), /run +.*cycleA/);
  for (const line of user.lines()) t.ok(textWidth(line) <= 60, line);
});

t.test('a filter is typed, kept for the curves, and cleared', async (t) => {
  const user = new User(tried(t)).press('5', '/', ...'lr>=2e-4');
  t.match(user.screen(), /─ runs ─+ 2 of 3 \/lr>=2e-4█ ─/);
  t.notMatch(user.screen(), /● +try2/);
  user.press('backspace', 'backspace', 'backspace', 'backspace', ...'3e-4', 'return');
  t.match(user.screen(), /─ runs ─+ 1 of 3 \/lr>=3e-4 ─/);
  t.notMatch(user.press('2', 'o').screen(), /● try2/);
  t.match(user.press('5', '/', 'escape').screen(), /─ runs ─+ 3 ─[\s\S]*try2/);
  t.match(user.press('/', ...'nobody', 'return').screen(), /no run passes the filter: esc clears it/);
  t.match(user.press('escape').screen(), /─ runs ─+ 3 ─/);
});
