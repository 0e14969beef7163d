import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventLogFile, formatEvent, type RunEventBody } from '@instagan/core/events';
import t, { type Test } from 'tap';
import type { RunEntry } from '../log/run-entry.ts';
import { loggedRun, meadowEvents } from '../test-support.ts';
import { RunWatch } from './run-watch.ts';

const END: RunEventBody = { type: 'run-finished', step: 200, reason: 'completed', checkpoint: null };

function append(run: RunEntry, body: RunEventBody): void {
  appendFileSync(eventLogFile(run.folder), `${formatEvent({ v: 1, time: new Date().toISOString(), ...body })}\n`);
}

/** A watch of the runs in `folders`, which may change; with the changes that it told of. */
function watchOf(t: Test, folders: string[], showsAllRuns = false) {
  const changes: boolean[] = [];
  const watch: RunWatch = new RunWatch({
    listRuns: () => folders,
    focus: () => watch.runs[0] ?? null,
    showsAllRuns: () => showsAllRuns,
    onChange: (isUrgent) => changes.push(isUrgent),
  });
  t.teardown(() => watch.stop());
  watch.start();
  return { watch, changes };
}

async function becomes(what: string, holds: () => boolean, withinMs: number): Promise<void> {
  const beganMs = performance.now();
  while (!holds()) {
    if (performance.now() - beganMs > withinMs) throw new Error(`${withinMs} ms passed without: ${what}`);
    await delay(10);
  }
}

t.test('the run in focus is read at once, and what is appended soon', async (t) => {
  const run = loggedRun(t, meadowEvents());
  const { watch, changes } = watchOf(t, [run.folder]);
  await becomes('the log is read', () => watch.runs[0]?.log.state.step === 200, 1000);
  t.ok(changes.includes(true), 'somebody waits for the first sight of a run');
  changes.length = 0;
  append(run, END);
  await becomes('the end is seen', () => watch.runs[0]?.status === 'completed', 1000);
  await becomes('and told', () => changes.length > 0, 1000);
});

t.test('other runs are read as often only where they are shown', async (t) => {
  for (const showsAll of [true, false]) {
    const runs = ['first', 'second'].map((name) => loggedRun(t, meadowEvents(), `${name}-${showsAll}`));
    const { watch } = watchOf(
      t,
      runs.map(({ folder }) => folder),
      showsAll,
    );
    const hasEnded = () => watch.runs[1]?.log.state.end !== null;
    await becomes('both are read', () => watch.runs[1]?.log.state.step === 200, 4000);
    await delay(300);
    append(runs[1] as RunEntry, END);
    await delay(700);
    t.equal(hasEnded(), showsAll, showsAll ? 'shown' : 'not shown');
    await becomes('the end is seen', hasEnded, 4000);
    watch.stop();
  }
});

t.test('runs come and go, and those that stay keep what was read', async (t) => {
  const [first, second] = ['first', 'second'].map((name) => loggedRun(t, meadowEvents(), name)) as [RunEntry, RunEntry];
  const folders = [first.folder];
  const { watch } = watchOf(t, folders);
  const [known] = watch.runs;
  folders.unshift(second.folder);
  await becomes('the second is listed', () => watch.runs.length === 2, 5000);
  await becomes('and read', () => watch.runs[1]?.log.state.step === 200, 1000);
  t.equal(watch.runs[0], known, 'runs keep their places, and with them their colours');
  folders.pop();
  await becomes('the first is gone', () => watch.runs.length === 1, 5000);
});

t.test('a process that is gone is noticed, and told as urgent', async (t) => {
  const run = loggedRun(t, meadowEvents());
  const lock = path.join(run.folder, 'run.lock');
  writeFileSync(lock, `${process.pid} ${hostname()}`);
  const { watch, changes } = watchOf(t, [run.folder]);
  await becomes('it is running', () => watch.runs[0]?.status === 'running', 1000);
  await delay(1200);
  t.ok(changes.includes(false), 'ages of a live run grow');
  changes.length = 0;
  rmSync(lock);
  await becomes('it is lost', () => watch.runs[0]?.status === 'lost', 5000);
  await becomes('and told', () => changes.includes(true), 2000);
});
