import { eventLogFile, followEvents, formatEvent, type RunEvent, UserError } from '@instagan/core/events';
import { loadDashboard } from '../dashboard/load-dashboard.ts';
import { RunEntry } from '../dashboard/log/run-entry.ts';
import type { RunState } from '../dashboard/log/run-state.ts';
import type { Graphics } from '../dashboard/terminal/capabilities.ts';
import { EXIT_CODE } from '../exit-code.ts';
import { formatTable, shortNumber } from '../output/format.ts';
import { progressLine } from '../output/progress-line.ts';
import { hasDashboard, print, printJson, printJsonLine } from '../output/terminal.ts';
import { findRuns, RUNS_FOLDER } from './find-runs.ts';

export interface MonitorCommandOptions {
  readonly ui: 'auto' | 'tui' | 'plain' | 'json';
  readonly graphics?: Graphics;
}

const ALIVE_INTERVAL_MS = 2000;

/**
 * `instagan monitor`: shows runs; never touches a training unless told to.
 *
 * @returns the exit code
 * @throws UserError
 */
export async function monitorAction(places: readonly string[], options: MonitorCommandOptions): Promise<number> {
  const runs = findRuns(places);
  if (options.ui === 'tui' && !hasDashboard()) {
    throw new UserError('The dashboard needs a terminal: leave out --ui tui, or run it in one.');
  }
  if (options.ui === 'tui' || (options.ui === 'auto' && hasDashboard())) {
    const { runDashboard } = await loadDashboard();
    await runDashboard({
      listRuns: () => findRunsAgain(places),
      startsWithList: runs.length > 1 && places.length < 2,
      ownsTraining: false,
      ...(options.graphics === undefined ? {} : { graphics: options.graphics }),
    });
    return EXIT_CODE.done;
  }
  const [only, ...others] = runs;
  if (only === undefined)
    throw new UserError(`There are no runs under ${RUNS_FOLDER}/ and no jobs: name the folder of a run.`);
  if (places.length > 0 && others.length === 0) await follow(only, options.ui === 'json');
  else printRuns(runs, options.ui === 'json');
  return EXIT_CODE.done;
}

/** A run that was there may have been deleted meanwhile. */
function findRunsAgain(places: readonly string[]): string[] {
  try {
    return findRuns(places);
  } catch {
    return [];
  }
}

/** Prints the events of a run or job, and those to come until it ends or its process is gone. */
async function follow(run: string, asJson: boolean): Promise<void> {
  const entry = new RunEntry(run);
  entry.readWhole();
  const controller = new AbortController();
  const timer = setInterval(() => {
    // What it wrote at last has been printed before: the log is polled more often.
    if (entry.status === 'lost') controller.abort();
    entry.checkAlive();
  }, ALIVE_INTERVAL_MS);
  for await (const event of followEvents(eventLogFile(run), controller.signal)) {
    if (asJson) printJsonLine(formatEvent(event));
    else print(lineOf(event, entry.log.state));
    entry.readWhole();
    const isEnd = event.type === 'run-finished' || event.type === 'run-failed' || event.type === 'job-finished';
    const isLast = isEnd && event.time === entry.log.state.end?.time;
    if (isLast && !entry.isLive) controller.abort();
  }
  clearInterval(timer);
}

function lineOf(event: RunEvent, { totalSteps, item }: RunState): string {
  const head = `${event.time.slice(0, 19).replace('T', ' ')}  ${event.type.padEnd(14)}`;
  const where = event.step === undefined ? '' : `step ${event.step}  `;
  switch (event.type) {
    case 'step': {
      const losses = Object.entries(event.losses).map(([name, value]) => `${name} ${shortNumber(value)}`);
      return `${head}step ${event.step}/${totalSteps}  ${losses.join('  ')}`;
    }
    case 'sample':
    case 'checkpoint':
      return `${head}${where}${event.path}`;
    case 'control':
      return `${head}${where}${event.command}`;
    case 'warning':
    case 'alarm':
    case 'run-failed':
      return `${head}${where}${event.message}`;
    case 'run-finished':
      return `${head}${where}${event.reason}`;
    case 'run-started':
      return `${head}${where}${event.backend.name} (${event.backend.device})`;
    case 'validation':
      return `${head}${where}${JSON.stringify(event.scores)}`;
    case 'job-started':
      return `${head}${event.job}  ${event.input} -> ${event.output}  ${event.backend.name} (${event.backend.device})`;
    case 'job-progress': {
      const { step: done, totalSteps: total, seconds: secondsEach } = event;
      return `${head}${progressLine({ item, done, total, secondsEach })}`;
    }
    case 'job-finished':
      return `${head}${event.step} done, ${event.failed} failed  ${event.reason}${event.message === undefined ? '' : `: ${event.message}`}`;
  }
}

function printRuns(runs: readonly string[], asJson: boolean): void {
  const rows = runs.map((run) => {
    const entry = new RunEntry(run);
    entry.readWhole();
    const { step, totalSteps, alarms, job } = entry.log.state;
    return {
      run,
      job: job === null ? null : entry.name,
      state: entry.status,
      step,
      totalSteps,
      alarms: alarms.map(({ code }) => code),
    };
  });
  if (asJson) printJson(rows);
  else {
    const cells = rows.map(({ run, job, state, step, totalSteps, alarms }) => [
      job ?? run,
      state,
      state === 'starting' ? '' : totalSteps === null ? String(step) : `${step}/${totalSteps}`,
      alarms.join(', '),
    ]);
    for (const line of formatTable([['run', 'state', 'step', 'alarms'], ...cells])) print(line);
  }
}
