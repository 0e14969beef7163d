import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { formatEvent } from '@instagan/core/events';
import { RunLog } from '@instagan/tui/internals/dashboard';
import t from 'tap';
import { temporaryFolder } from '../helpers/cli-process.ts';
import { writeLongLog } from '../helpers/long-log.ts';
import { TerminalEmulator } from '../helpers/terminal-emulator.ts';

t.setTimeout(240_000);
/** Of 170 MB: all of it takes seconds to read. */
const EVENTS = 300_000;
const cwd = await temporaryFolder(t);
const folder = path.join(cwd, 'long');
const { lastStep } = await writeLongLog(folder, EVENTS);

t.test('a long log shows where the run is and all its curves at once, and then what every line says', async (t) => {
  const log = new RunLog(folder);
  const before = process.cpuUsage();
  t.same(log.poll(0), { changed: true, caughtUp: false });
  const { user, system } = process.cpuUsage(before);
  // 0.04 s where it was written: a million events open in under 2 s only if the length hardly matters.
  t.ok((user + system) / 1e6 < 0.5, `${(user + system) / 1e6} s of computing`);
  t.ok(log.isSurveyed);
  t.ok(log.progress < 0.05, 'little was read');
  t.match(log.state, {
    step: lastStep,
    totalSteps: 2 * EVENTS,
    checkpoint: { step: 1000 * Math.floor(lastStep / 1000) },
  });
  t.equal(log.state.secondsPerStep()?.toFixed(6), '0.800000');
  const curve = () => log.series.points('losses.cycleA', 0, lastStep, 100, 0.9);
  const sketched = curve();
  t.ok(sketched.steps.length >= 90, 'over the whole length');

  while (!log.poll(1000).caughtUp);
  t.notOk(log.isSurveyed);
  const exact = curve();
  for (const [i, step] of exact.steps.entries()) {
    const nearest = sketched.steps.reduce(
      (best, other, j) => (Math.abs(other - step) < Math.abs((sketched.steps[best] as number) - step) ? j : best),
      0,
    );
    const [near, value] = [sketched.smoothed[nearest] as number, exact.smoothed[i] as number];
    t.ok(Math.abs(near - value) < 0.2 * value, `at step ${step}: ${near}, exactly ${value}`);
  }
  t.equal(log.state.samples.length, Math.floor(lastStep / 1000), 'every sample');
});

t.test('steps that a long run did again are shown once from the beginning on', async (t) => {
  const [resumedAt, doneAgain] = [lastStep - 100_000, 3000];
  const copy = path.join(cwd, 'resumed');
  await writeLongLog(copy, EVENTS);
  const event = { v: 1, time: '2024-02-01T00:00:00.000Z' } as const;
  const lines = Array.from({ length: doneAgain }, (_, i) => ({
    ...event,
    type: 'step' as const,
    step: resumedAt + i + 1,
    epoch: 0,
    losses: { cycleA: 77 },
    learningRate: { generator: 2e-4, discriminator: 1e-4 },
    seconds: 1,
    memory: { tensors: 1, tensorBytes: 1, rssBytes: 1 },
  }));
  appendFileSync(path.join(copy, 'events.jsonl'), lines.map((line) => `${formatEvent(line)}\n`).join(''));
  const log = new RunLog(copy);
  log.poll(0);
  t.ok(log.isSurveyed);
  t.equal(log.series.lastStep, resumedAt + doneAgain, 'what lay beyond is gone');
  t.equal(log.series.latest('losses.cycleA'), 77);
});

t.test('the first screen does not wait for the log to be read', async (t) => {
  const terminal = new TerminalEmulator(['monitor', 'long'], { cwd, columns: 120, rows: 36 });
  t.teardown(() => terminal.process.kill('SIGKILL'));
  const figures = `step ${lastStep}/${2 * EVENTS}[\\s\\S]*reading log \\d+ %, curves are approximate`;
  await terminal.shows(new RegExp(`${figures}[\\s\\S]*cycleA \\d[\\s\\S]*[⠁-⣿]{20}`));
  await terminal.shows(new RegExp(`^(?![\\s\\S]*reading log)[\\s\\S]*step ${lastStep}/`));
  terminal.press('q');
  t.match(await terminal.exited, { exitCode: 0 });
});
