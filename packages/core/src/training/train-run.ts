import path from 'node:path';
import { checkpointsFolder } from '../checkpoint/checkpoint-folders.ts';
import type { RunSettings } from '../config/config-kind.ts';
import { createRun, makeRunFolder, readRunConfig, resumedConfig, writeRunConfig } from '../config/run-config.ts';
import { type EventLog, openEventLog } from '../events/event-log.ts';
import type { RunEvent } from '../events/run-event.ts';
import { lockRun, type RunLock } from '../events/run-lock.ts';
import type { TrainingTask } from '../models/learner.ts';
import { removeUnfinished } from '../runtime/write-atomically.ts';
import { newBeginning, resumedBeginning } from './beginning.ts';
import type { RunOptions } from './run-options.ts';
import { SAMPLES_FOLDER, Training } from './training.ts';

/**
 * Trains a run of any kind of model and reports what happens: the lock, the configuration, events, checkpoints, samples,
 * alarms and resuming are the same for all. Every event is in `events.jsonl` before it is yielded, so whoever watches may
 * come and go. With equal configuration, data and a deterministic backend, a run that was killed and resumed writes the
 * same checkpoints as one that was not.
 *
 * @throws UserError if the run cannot start, the data fail, or a loss is not finite; the last good checkpoint stays
 */
export async function* trainRun<Config extends RunSettings, Batch>(
  task: TrainingTask<Config, Batch>,
  options: RunOptions<Config, Batch>,
): AsyncGenerator<RunEvent, void> {
  const { runFolder, resume } = options;
  const { configs } = task;
  const own = resume ? await readRunConfig(configs, runFolder) : null;
  const config = own === null ? (options.config as Config) : resumedConfig(configs, own, options.config);
  const memory = await task.checkMemory?.(config, options.backend);
  const data = await options.openData(config);
  let lock: RunLock | undefined;
  let log: EventLog | undefined;
  try {
    if (!resume) await makeRunFolder(runFolder);
    lock = await lockRun(runFolder);
    const places = [runFolder, checkpointsFolder(runFolder), path.join(runFolder, SAMPLES_FOLDER)];
    for (const place of places) await removeUnfinished(place);
    if (resume) await writeRunConfig(runFolder, config);
    else await createRun(runFolder, config);
    log = await openEventLog(runFolder);
    const { stepsPerEpoch } = data;
    const beginning =
      own === null
        ? newBeginning(stepsPerEpoch)
        : await resumedBeginning(configs, runFolder, own, stepsPerEpoch, options.backend);
    yield* new Training(task, options, { config, data, memory, log, lock, beginning }).run();
  } finally {
    // On a disk that takes nothing any more each of them may fail, and the others still are to be done.
    const ends = await Promise.allSettled([
      log?.close().finally(() => lock?.release()) ?? lock?.release(),
      data.close(),
    ]);
    const failed = ends.find((end) => end.status === 'rejected');
    // biome-ignore lint/correctness/noUnsafeFinally: what cannot be closed is an error
    if (failed !== undefined) throw failed.reason;
  }
}
