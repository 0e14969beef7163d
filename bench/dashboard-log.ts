// How long a run with a log of a million events takes to open: from typing `instagan monitor RUN` until the first whole
// screen (figures of the last step, curves over all steps), and until every line is counted; a log of a thousand events,
// which is read in an instant, tells what of it is starting the program.
//
//   npx tsx bench/dashboard-log.ts [--events N] [--repeats N] [--json]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeLongLog } from '../test/helpers/long-log.ts';
import { TerminalEmulator } from '../test/helpers/terminal-emulator.ts';

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    repeats: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const SHORT_EVENTS = 1000;
const events = Number(options.events);
const folder = await mkdtemp(path.join(tmpdir(), 'instagan-bench-'));
try {
  const short = await measure('short', SHORT_EVENTS);
  const long = await measure('long', events);
  const report = {
    events,
    megabytes: Math.round(long.bytes / 1e6),
    ...long.times,
    shortLogSeconds: short.times.firstScreenSeconds,
  };
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    process.stdout.write(
      `${events} events, ${report.megabytes} MB: first screen after ${report.firstScreenSeconds.toFixed(2)} s, ` +
        `every line counted after ${report.exactSeconds.toFixed(2)} s; ` +
        `${SHORT_EVENTS} events: ${report.shortLogSeconds.toFixed(2)} s (medians of ${options.repeats})\n`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(run: string, count: number) {
  const { lastStep, bytes } = await writeLongLog(path.join(folder, run), count);
  const opened: { firstScreenSeconds: number; exactSeconds: number }[] = [];
  for (let i = 0; i < Number(options.repeats); i++) opened.push(await open(run, lastStep));
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  const times = {
    firstScreenSeconds: median(opened.map((each) => each.firstScreenSeconds)),
    exactSeconds: median(opened.map((each) => each.exactSeconds)),
  };
  return { bytes, times };
}

async function open(run: string, lastStep: number): Promise<{ firstScreenSeconds: number; exactSeconds: number }> {
  const beganMs = performance.now();
  const terminal = new TerminalEmulator(['monitor', run], { cwd: folder, columns: 120, rows: 36 });
  const since = () => (performance.now() - beganMs) / 1000;
  await terminal.shows(new RegExp(`step ${lastStep}/\\d+[\\s\\S]*cycleA \\d[\\s\\S]*[⠁-⣿]{20}[\\s\\S]*q leave`));
  const firstScreenSeconds = since();
  await terminal.shows(new RegExp(`^(?![\\s\\S]*reading log)[\\s\\S]*step ${lastStep}/`));
  const exactSeconds = since();
  terminal.press('q');
  await terminal.exited;
  return { firstScreenSeconds, exactSeconds };
}
