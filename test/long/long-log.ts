import { stat } from 'node:fs/promises';
import path from 'node:path';
import { eventLogFile } from '@instagan/core/events';
import { RunLog } from '@instagan/tui/internals/dashboard';
import { runCommand } from '../crash/command.ts';
import type { CheckReport } from '../helpers/check-report.ts';
import { writeLongLog } from '../helpers/long-log.ts';

/** As many as a training of a week on one GPU. */
const STEPS = 200_000;
const MAX_CPU_SECONDS = 2;

/** Opens the log of a long training as `monitor` and `report` do. */
export async function openLongLog(folder: string, report: CheckReport): Promise<void> {
  const run = path.join(folder, 'long-log');
  await writeLongLog(run, STEPS);
  report.figure(`MB of log in ${STEPS} steps, each logged`, Math.round((await stat(eventLogFile(run))).size / 1e6));
  await report.check('monitor: a log of 200,000 steps opens at once', async () => {
    const begin = process.cpuUsage();
    new RunLog(run).poll(0);
    const seconds = secondsSince(begin);
    report.figure('monitor: ms of the processor to its first screen', Math.round(seconds * 1000));
    if (seconds > MAX_CPU_SECONDS) throw new Error(`${seconds} s`);
  });
  await report.check('report: a log of 200,000 steps becomes a page', async () => {
    const begin = performance.now();
    const { code, output } = await runCommand(['report', 'long-log', '--output', 'page.html'], { cwd: folder });
    report.figure('report: ms, all in all', Math.round(performance.now() - begin));
    if (code !== 0) throw new Error(output);
  });
}

function secondsSince(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e6;
}
