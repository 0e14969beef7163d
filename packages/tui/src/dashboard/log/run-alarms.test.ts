import type { RunEventBody } from '@instagan/core/events';
import t from 'tap';
import { meadowEvents, NOW_MS, trainedRun } from '../test-support.ts';
import { runAlarms } from './run-alarms.ts';

/** When the last step of the made run came: ten seconds before the tests look. */
const LAST_STEP_MS = NOW_MS - 10_000;

const STEPS = meadowEvents().filter(({ type }) => type === 'run-started' || type === 'step');

t.test('a run that makes no steps any more is noticed within the time of some', async (t) => {
  const run = trainedRun(t, STEPS);
  const alarmsAfter = (seconds: number) => runAlarms(run, null, LAST_STEP_MS + 1000 * seconds);
  t.same(alarmsAfter(1), []);
  t.same(alarmsAfter(9), [], 'a second or two is no stall, however fast the steps were');
  t.match(alarmsAfter(12), [/^no step for 12 s, and one usually takes 0\.50 s: the log view may say why/]);
});

t.test('long steps, and what usually comes between steps, are waited for', async (t) => {
  const slow = STEPS.filter(({ type, step = 0 }) => type !== 'step' || step % 40 === 0);
  const run = trainedRun(t, slow);
  const alarmsAfter = (seconds: number) => runAlarms(run, null, LAST_STEP_MS + 1000 * seconds);
  t.same(alarmsAfter(39), [], 'twice the 20 s between two log lines');
  t.match(alarmsAfter(41), [/^no step for 41 s, and one usually takes 0\.50 s/]);
});

t.test('a run that is paused, starting or gone is not stuck', async (t) => {
  const pause: RunEventBody = { type: 'control', step: 200, command: 'pause' };
  t.same(runAlarms(trainedRun(t, [...STEPS, pause], 'paused'), null, NOW_MS + 1e6), []);
  const starting = trainedRun(t, STEPS.slice(0, 1), 'starting');
  t.same(runAlarms(starting, null, LAST_STEP_MS), []);
  t.match(runAlarms(starting, null, LAST_STEP_MS + 1e6), [/^no step for/]);
});
