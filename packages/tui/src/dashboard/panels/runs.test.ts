import type { RunEventBody } from '@instagan/core/events';
import t from 'tap';
import { loggedRun, meadowEvents, User } from '../test-support.ts';

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
