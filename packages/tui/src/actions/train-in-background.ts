import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeFolder, UserError } from '@instagan/core/events';
import { loadDashboard } from '../dashboard/load-dashboard.ts';
import { OUTPUT_FILE } from '../dashboard/log/output-file.ts';
import { RunEntry } from '../dashboard/log/run-entry.ts';
import { EXIT_CODE } from '../exit-code.ts';
import type { ScreenOptions } from '../options/shared.ts';
import { shellQuoted } from '../output/format.ts';
import { hasDashboard, print, printRemark, printText } from '../output/terminal.ts';
import { exitCodeOf } from './child-exit.ts';

const POLL_INTERVAL_MS = 100;
const LAST_LINES = 6;

/** A training in a process and session of its own: no terminal's end or Ctrl-C reaches it. */
interface BackgroundTraining {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly outputFile: string;
  /** Length of the output file before this training. */
  readonly outputStart: number;
  /** The exit code. */
  readonly exited: Promise<number>;
}

/**
 * `instagan train --ui tui` and `--detach`: trains in a process of its own. With `--detach` alone it returns once the
 * training has begun; otherwise it shows the dashboard, whose `q` leaves the training alone and whose Ctrl-C stops it.
 * If the terminal goes away, the training stops with a checkpoint, unless it was started with `--detach`.
 *
 * @returns the exit code: that of the training, if it ended meanwhile
 * @throws UserError if the dashboard has no terminal
 */
export async function trainInBackground(options: ScreenOptions): Promise<number> {
  const { run, ui } = options;
  if (ui === 'tui' && !hasDashboard()) {
    throw new UserError('The dashboard needs a terminal: leave out --ui tui, or run it in one.');
  }
  const isDetached = options.detach === true;
  const isNewFolder = !existsSync(run);
  const training = await start(run);
  const forward = (name: NodeJS.Signals) => void training.child.kill(name);
  const forwarded = isDetached ? (['SIGINT', 'SIGTERM'] as const) : (['SIGINT', 'SIGTERM', 'SIGHUP'] as const);
  for (const name of forwarded) process.on(name, forward);
  printRemark(`instagan: the training starts, its output goes to ${training.outputFile}`);
  const failed = new AbortController();
  const exited = training.exited.finally(() => failed.abort());
  const exitCode = await Promise.race([exited, hasBegun(run, training.pid, failed.signal).then(() => null)]);
  for (const name of forwarded) process.off(name, forward);
  if (exitCode !== null) {
    printText(outputOf(training), process.stderr);
    if (isNewFolder) removeOutput(run, training.outputFile);
    return exitCode;
  }
  training.child.unref();
  if (isDetached && ui !== 'tui') {
    printWhereabouts(run, training.pid);
    return EXIT_CODE.done;
  }
  return watch(run, training, isDetached);
}

/** Starts this same command again, as it was typed but for what concerns the screen. */
async function start(run: string): Promise<BackgroundTraining> {
  const [, script = '', ...typed] = process.argv;
  const args: string[] = [];
  for (let i = 0; i < typed.length; i++) {
    const argument = typed[i] as string;
    if (argument === '--ui') i++;
    else if (argument !== '--detach' && !argument.startsWith('--ui=')) args.push(argument);
  }
  await makeFolder(run);
  const outputFile = path.join(run, OUTPUT_FILE);
  const output = openSync(outputFile, 'a');
  const outputStart = fstatSync(output).size;
  const child = spawn(process.execPath, [...process.execArgv, script, ...args, '--ui', 'plain'], {
    detached: true,
    windowsHide: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  return { child, pid: child.pid ?? 0, outputFile, outputStart, exited: exitCodeOf(child) };
}

/** Settles when the log says that this training has begun, or the signal aborts. */
async function hasBegun(run: string, pid: number, signal: AbortSignal): Promise<void> {
  const beganMs = Date.now();
  const entry = new RunEntry(run);
  while (!signal.aborted) {
    while (!entry.log.poll(POLL_INTERVAL_MS).caughtUp);
    if (entry.log.state.startedMs >= beganMs - 1000 && entry.trainer() === pid) return;
    await delay(POLL_INTERVAL_MS);
  }
}

async function watch(run: string, training: BackgroundTraining, isDetached: boolean): Promise<number> {
  const { runDashboard } = await loadDashboard();
  const end = await runDashboard({ listRuns: () => [run], startsWithList: false, ownsTraining: true }).catch(
    (error: unknown) => {
      printWhereabouts(run, training.pid);
      throw error;
    },
  );
  if (end.reason === 'left') {
    printWhereabouts(run, training.pid);
    return EXIT_CODE.done;
  }
  if (end.reason === 'signal') {
    if (isDetached) return EXIT_CODE.signal + constants.signals[end.name];
    training.child.kill(end.name);
    // The terminal is gone: nobody waits for the end.
    if (end.name === 'SIGHUP') return EXIT_CODE.signal + constants.signals.SIGHUP;
  }
  training.child.ref();
  const exitCode = await training.exited;
  printText(endOf(outputOf(training)));
  return end.reason === 'ended' && end.interrupted && exitCode === 0
    ? EXIT_CODE.signal + constants.signals.SIGINT
    : exitCode;
}

function printWhereabouts(run: string, pid: number): void {
  const place = shellQuoted(run);
  print(`The training of ${run} goes on in the background, as process ${pid}.`);
  print(`  watch and control it        instagan monitor ${place}`);
  print(`  stop it, with a checkpoint  kill ${pid}`);
}

/** What this training has printed. */
function outputOf({ outputFile, outputStart }: BackgroundTraining): string {
  return readFileSync(outputFile).subarray(outputStart).toString();
}

/** How a report ends: its last paragraph, or the last lines of one that was cut short. */
function endOf(report: string): string {
  const paragraph = report.slice(report.lastIndexOf('\n\n') + 2);
  return /^(Done|Stopped|The run is)/.test(paragraph) ? paragraph : report.split('\n').slice(-LAST_LINES).join('\n');
}

/** A training that could not start leaves no folder behind. */
function removeOutput(run: string, outputFile: string): void {
  rmSync(outputFile, { force: true });
  try {
    rmdirSync(run);
  } catch {
    // It holds more than the output.
  }
}
