import { appendFileSync, writeFileSync } from 'node:fs';
import { eventLogFile, formatEvent, type RunEvent, type RunEventBody } from '@instagan/core/events';
import t, { type Test } from 'tap';
import { RunLog } from './run-log.ts';

const BEGIN_MS = Date.UTC(2024, 0, 1);
const stamped = (body: RunEventBody, seconds: number): RunEvent => ({
  v: 1,
  time: new Date(BEGIN_MS + seconds * 1000).toISOString(),
  ...body,
});
const started = (step: number, resumed: boolean): RunEventBody => ({
  type: 'run-started',
  step,
  totalSteps: 100,
  stepsPerEpoch: 10,
  resumed,
  backend: { name: 'cpu', device: 'one core' },
  config: { batch: 2 },
});
const step = (number: number, loss: number): RunEventBody => ({
  type: 'step',
  step: number,
  epoch: 0,
  losses: { cycleA: loss },
  learningRate: { generator: 2e-4, discriminator: 1e-4 },
  seconds: 1,
  memory: { tensors: 1, tensorBytes: 2, rssBytes: 3 },
});
const text = (events: readonly RunEvent[]) => events.map((event) => `${formatEvent(event)}\n`).join('');

function runWith(t: Test, events: readonly RunEvent[]): { folder: string; log: RunLog } {
  const folder = t.testdir();
  writeFileSync(eventLogFile(folder), text(events));
  return { folder, log: new RunLog(folder) };
}

const lossesOf = (log: RunLog) => [...log.series.points('losses.cycleA', 0, 1000, 2000, 0).means];

t.test('a log is read as it grows, whole lines only', async (t) => {
  const { folder, log } = runWith(t, [stamped(started(0, false), 0), stamped(step(1, 0.5), 1)]);
  t.same(log.poll(1000), { changed: true, caughtUp: true });
  t.same(log.poll(1000), { changed: false, caughtUp: true });
  const line = text([stamped(step(2, 0.25), 3)]);
  appendFileSync(eventLogFile(folder), line.slice(0, 30));
  log.poll(1000);
  t.equal(log.state.step, 1);
  t.equal(log.progress, 1, 'half a line, as a full disk leaves it, is not waited for');
  appendFileSync(eventLogFile(folder), line.slice(30));
  log.poll(1000);
  t.equal(log.state.step, 2);
  t.same(lossesOf(log), [0.5, 0.25]);
  t.equal(log.state.secondsPerStep(), 1.5);
  t.equal(log.series.latest('learningRate.generator'), 2e-4);
});

t.test('a resumed run shows each step once, and a run started anew nothing of the old', async (t) => {
  const before = [1, 2, 3, 4, 5].map((number) => stamped(step(number, 1), number));
  const alarm = stamped({ type: 'alarm', code: 'loss-exploding', message: 'big', step: 5 }, 5);
  const sample = (number: number) =>
    stamped({ type: 'sample', step: number, path: `samples/${number}.png`, direction: 'AtoB' }, number);
  const { folder, log } = runWith(t, [
    stamped(started(0, false), 0),
    ...before,
    sample(2),
    sample(5),
    alarm,
    stamped(started(3, true), 10),
    stamped(step(4, 2), 11),
  ]);
  log.poll(1000);
  t.same(lossesOf(log), [1, 1, 1, 2]);
  t.same(
    log.state.samples.map((entry) => entry.step),
    [2],
  );
  t.same(log.state.alarms, [], 'alarms of what was undone are gone');
  appendFileSync(eventLogFile(folder), text([stamped(started(0, false), 20), stamped(step(1, 3), 21)]));
  log.poll(1000);
  t.same(lossesOf(log), [3]);
});

t.test('losses that are spelled differently, broken lines and very long ones do not stop the reader', async (t) => {
  const { folder, log } = runWith(t, [stamped(started(0, false), 0), stamped(step(1, 1), 1)]);
  const long = stamped({ type: 'warning', code: 'x', message: 'y'.repeat(3_000_000) }, 2);
  appendFileSync(
    eventLogFile(folder),
    `${text([stamped(step(2, Number.NaN), 2), long])}not json\n${text([stamped(step(3, 4), 3)])}`,
  );
  while (!log.poll(1000).caughtUp);
  t.same(lossesOf(log), [1, 4]);
  t.equal(log.state.step, 3);
  t.match(log.state.feed.at(-1)?.text, /line 5 is not JSON/);
});

t.test('a log of another version is refused in words, and one that was replaced is read anew', async (t) => {
  const { folder, log } = runWith(t, [stamped(started(0, false), 0), stamped(step(1, 1), 1), stamped(step(2, 1), 2)]);
  log.poll(1000);
  writeFileSync(eventLogFile(folder), text([stamped(started(0, false), 0), stamped(step(1, 7), 1)]));
  log.poll(1000);
  t.same(lossesOf(log), [7]);
  appendFileSync(eventLogFile(folder), '{"v":2,"type":"step"}\n');
  log.poll(1000);
  t.match(log.fault, /event schema 2/);
});

t.test('commands tell whether a run is paused', async (t) => {
  const { folder, log } = runWith(t, [
    stamped(started(0, false), 0),
    stamped({ type: 'control', step: 1, command: 'pause' }, 1),
  ]);
  log.poll(1000);
  t.equal(log.state.isPaused, true);
  appendFileSync(eventLogFile(folder), text([stamped({ type: 'control', step: 1, command: 'resume' }, 900)]));
  log.poll(1000);
  t.equal(log.state.isPaused, false);
});

t.test('a break does not count as the pace of a step', async (t) => {
  const steps = Array.from({ length: 20 }, (_, i) => stamped(step(i + 1, 1), 2 * (i + 1)));
  const { log } = runWith(t, [
    stamped(started(0, false), 0),
    ...steps,
    stamped(step(21, 1), 5000),
    stamped(step(22, 1), 5002),
  ]);
  log.poll(1000);
  t.equal(log.state.secondsPerStep(), 2);
});

t.test('after a warm-up the pace is that of the steps since, and a curve that begins there does so', async (t) => {
  const begun = { ...(started(0, false) as object), config: { init: null, warmUp: 10 } } as RunEventBody;
  const warm = Array.from({ length: 10 }, (_, i) => {
    const { losses: _losses, ...rest } = step(i + 1, 1) as RunEventBody & { type: 'step' };
    return stamped({ ...rest, losses: { identityA: 3 } }, i + 1);
  });
  const { folder, log } = runWith(t, [stamped(begun, 0), ...warm]);
  log.poll(1000);
  t.equal(log.state.isWarmingUp, true, 'its end cannot be told by these steps');
  t.equal(log.state.secondsPerStep(), 1);
  const after = [11, 12, 13].map((number) => stamped(step(number, number), 10 + 4 * (number - 10)));
  appendFileSync(eventLogFile(folder), text(after));
  log.poll(1000);
  t.equal(log.state.isWarmingUp, false);
  t.equal(log.state.secondsPerStep(), 4);
  t.same(lossesOf(log), [11, 12, 13], 'a curve that begins later begins there');
  t.equal(log.series.latest('losses.identityA'), 3);
});

t.test('the warm-up of a run that began with the networks of another is none', async (t) => {
  const begun = { ...(started(0, false) as object), config: { init: 'runs/first', warmUp: 10 } } as RunEventBody;
  const { log } = runWith(t, [stamped(begun, 0), stamped(step(1, 1), 1)]);
  log.poll(1000);
  t.equal(log.state.isWarmingUp, false);
});
