import { formatEvent, type OpenBackend, type RunEvent, type TrainOptions, train, UserError } from '@instagan/core';
import { type FolderPairs, openFolderPairs, writeImage } from '@instagan/datasets';
import { EXIT_CODE } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';
import { listenForInterruption } from './interruption.ts';
import { openCompute } from './open-compute.ts';
import { PlainReport } from './plain-report.ts';
import { resolveTrainingConfig } from './train-config.ts';
import type { TrainCommandOptions } from './train-options.ts';

/**
 * `instagan train`: trains and reports on the way.
 *
 * @returns the exit code
 * @throws UsageError, UserError
 */
export async function trainAction(options: TrainCommandOptions): Promise<number> {
  const terminal = openTerminal();
  const config = await resolveTrainingConfig(options);
  const interruption = listenForInterruption((name) => {
    const once = name === 'SIGINT' ? ' (Ctrl-C again: stop at once)' : '';
    terminal.remark(`instagan: ${name}: stopping after this step and saving a checkpoint${once}.`);
  });
  process.stdout.once('error', () => {
    terminal.remark(`instagan: nobody reads the output any more; the training goes on, its log is in ${options.run}.`);
  });
  let backend: OpenBackend | undefined;
  try {
    backend = await openCompute(options, terminal.remark);
    const opened = backend;
    const report = new PlainReport(terminal, options);
    const training: TrainOptions = {
      runFolder: options.run,
      config,
      resume: options.resume === true,
      backend: { name: opened.name, device: opened.device },
      openData: async (resolved) => {
        const data = await openData(options.data, resolved);
        report.know({ config: resolved, backend: opened, counts: data.counts });
        return data;
      },
      writePicture: writeImage,
      signal: stopSignal(interruption.signal, options.timeLimit),
      ...(options.steps === undefined ? {} : { steps: options.steps }),
      ...(options.epochs === undefined ? {} : { epochs: options.epochs }),
    };
    let last: RunEvent | undefined;
    for await (const event of train(training)) {
      if (options.ui === 'json') process.stdout.write(`${formatEvent(event)}\n`);
      else report.event(event);
      last = event;
    }
    if (last?.type !== 'run-finished') throw new UserError(`${options.run}: the training ended without a result.`);
    return last.reason === 'completed' ? EXIT_CODE.done : (interruption.exitCode() ?? EXIT_CODE.done);
  } finally {
    await backend?.close();
    interruption.release();
  }
}

function openData(root: string, config: Parameters<TrainOptions['openData']>[0]): Promise<FolderPairs> {
  const { size, batch, seed, maxInstances, loadScale, instanceOrder, augment, model } = config;
  const needMasks = model !== 'cyclegan';
  return openFolderPairs({ root, size, batch, seed, maxInstances, loadScale, instanceOrder, augment, needMasks });
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
