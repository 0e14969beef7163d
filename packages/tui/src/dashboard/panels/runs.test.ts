import type { RunEventBody } from '@instagan/core/events';
import t from 'tap';
import { textWidth } from '../../output/text-width.ts';
import { JOB_STARTED, loggedRun, meadowEvents, User } from '../test-support.ts';

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
      (name) => lines.slice(2).find((line) => line.startsWith(` ${name}`)) ?? '',
    );
    const starts = rows.map((row) => textWidth(/^(.*?) lost/.exec(row)?.[1] ?? ''));
    t.ok(starts[0]! > 0 && new Set(starts).size === 1, `the states stand below each other at ${columns} columns`);
    t.ok(lines.every((line) => textWidth(line) <= columns));
  }
});
