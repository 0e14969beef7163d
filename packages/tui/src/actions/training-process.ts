import {
  type ControlServer,
  formatEvent,
  type OpenBackend,
  openControlServer,
  type RunEvent,
  type RunOptions,
  type RunSettings,
  TrainingControl,
  UserError,
} from '@instagan/core';
import { writeImage } from '@instagan/datasets';
import { EXIT_CODE } from '../exit-code.ts';
import type { ComputeOptions, ScreenOptions } from '../options/shared.ts';
import { openTerminal, printJsonLine } from '../output/terminal.ts';
import { listenForInterruption } from './interruption.ts';
import { openCompute } from './open-compute.ts';
import { PlainReport, type ReportWording } from './plain-report.ts';

/** What every command that trains takes. */
export interface TrainingProcessOptions extends ComputeOptions, ScreenOptions {
  readonly data: string;
  readonly resume?: true;
  readonly steps?: number;
  readonly epochs?: number;
  readonly timeLimit?: number;
}

/** The part of a training's options that is the same for all kinds of model. */
export type CommonRunOptions = Omit<RunOptions<RunSettings, unknown>, 'config' | 'openData'>;

/**
 * Trains in this process: opens the backend, stops cleanly on signals and at the time limit, and reports on the way.
 *
 * @param wording how the report speaks of this kind of model
 * @param begin begins the training; `report` takes what is known before the first event
 * @returns the exit code
 * @throws UsageError, UserError
 */
export async function trainInProcess(
  options: TrainingProcessOptions,
  wording: ReportWording,
  begin: (common: CommonRunOptions, report: Pick<PlainReport, 'know'>) => AsyncGenerator<RunEvent, void>,
): Promise<number> {
  const terminal = openTerminal();
  const interruption = listenForInterruption((name) => {
    const once = name === 'SIGINT' ? ' (Ctrl-C again: stop at once)' : '';
    terminal.remark(`instagan: ${name}: stopping after this step and saving a checkpoint${once}.`);
  });
  process.stdout.once('error', () => {
    terminal.remark(`instagan: nobody reads the output any more; the training goes on, its log is in ${options.run}.`);
  });
  let backend: OpenBackend | undefined;
  let controlServer: ControlServer | undefined;
  const control = new TrainingControl();
  try {
    backend = await openCompute(options, terminal.remark);
    const report = new PlainReport(terminal, options, wording, backend);
    const common: CommonRunOptions = {
      runFolder: options.run,
      dataPlace: options.data,
      resume: options.resume === true,
      backend,
      writePicture: writeImage,
      control,
      signal: stopSignal(interruption.signal, options.timeLimit),
      ...(options.steps === undefined ? {} : { steps: options.steps }),
      ...(options.epochs === undefined ? {} : { epochs: options.epochs }),
    };
    let last: RunEvent | undefined;
    for await (const event of begin(common, report)) {
      if (event.type === 'run-started') controlServer = await openControl(options.run, control, terminal.remark);
      if (options.ui === 'json') printJsonLine(formatEvent(event));
      else report.event(event);
      last = event;
    }
    if (last?.type !== 'run-finished') throw new UserError(`${options.run}: the training ended without a result.`);
    return last.reason === 'completed' ? EXIT_CODE.done : (interruption.exitCode() ?? EXIT_CODE.done);
  } finally {
    await controlServer?.close();
    await backend?.close();
    interruption.release();
  }
}

/** Without a channel a run cannot be controlled from elsewhere, which is no reason not to train. */
async function openControl(
  runFolder: string,
  control: TrainingControl,
  remark: (text: string) => void,
): Promise<ControlServer | undefined> {
  try {
    return await openControlServer(runFolder, (command) => control.send(command));
  } catch (error) {
    remark(`instagan: the run takes no commands, its channel cannot be opened (${(error as Error).message}).`);
    return undefined;
  }
}

/** The option that says how long to train, to type again; begins with a space. */
export function lengthOption({ steps, epochs }: Pick<TrainingProcessOptions, 'steps' | 'epochs'>): string {
  if (steps !== undefined) return ` --steps ${steps}`;
  return epochs === undefined ? '' : ` --epochs ${epochs}`;
}

/**
 * Aborted by the interruption or when the time is up. Made of a timer by hand: `AbortSignal.any` with
 * `AbortSignal.timeout` loses its timeout to the garbage collector on Node 20.
 */
function stopSignal(interruption: AbortSignal, timeLimitMinutes: number | undefined): AbortSignal {
  if (timeLimitMinutes === undefined) return interruption;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), Math.round(timeLimitMinutes * 60_000));
  timer.unref();
  interruption.addEventListener('abort', () => controller.abort(), { once: true });
  return controller.signal;
}
