import { type BestCheckpoint, readBest } from '../checkpoint/best-checkpoint.ts';
import { type Checkpoint, readNewestCheckpoint } from '../checkpoint/checkpoint-reader.ts';
import { cleanCheckpoints } from '../checkpoint/checkpoint-store.ts';
import { configChanges } from '../config/config-changes.ts';
import type { ConfigKind, RunSettings } from '../config/config-kind.ts';
import type { TrainingBackend } from '../models/learner.ts';
import { Schedule } from './schedule.ts';

/** What became of a run that goes on, or that it has none yet. */
export interface Beginning {
  /** What it goes on from; null for random weights, or those of another run. */
  readonly checkpoint: Checkpoint | null;
  /** The best one up to that checkpoint: what comes after it is trained anew. */
  readonly best: BestCheckpoint | null;
  readonly schedule: Schedule;
  /** What has to be told about it. */
  readonly warnings: readonly Warning[];
}

export interface Warning {
  readonly code: string;
  /** One sentence. */
  readonly message: string;
}

/** Of a run that begins. */
export function newBeginning(stepsPerEpoch: number): Beginning {
  return { checkpoint: null, best: null, schedule: Schedule.begin(stepsPerEpoch), warnings: [] };
}

/**
 * Of a run that goes on from its newest whole checkpoint; it begins anew if there is none.
 *
 * @param own the configuration in its folder
 * @throws UserError if it was trained with settings that must not change
 */
export async function resumedBeginning<Config extends RunSettings>(
  configs: ConfigKind<Config>,
  runFolder: string,
  own: Config,
  stepsPerEpoch: number,
  backend: Pick<TrainingBackend, 'name'>,
): Promise<Beginning> {
  await cleanCheckpoints(runFolder);
  const { checkpoint, warnings: damaged } = await readNewestCheckpoint(runFolder);
  if (checkpoint === null) return newBeginning(stepsPerEpoch);
  const { step, state } = checkpoint;
  const changes = configChanges(configs, runFolder, own, checkpoint);
  const best = await readBest(runFolder);
  const schedule = Schedule.resume(stepsPerEpoch, state, step);
  const warnings = [
    ...damaged.map((message) => ({ code: 'checkpoint-damaged', message })),
    ...changes.map((message) => ({ code: 'config-changed', message })),
    ...backendChange(checkpoint, backend).map((message) => ({ code: 'backend-changed', message })),
  ];
  if (schedule.stepsPerEpochBefore !== null) {
    const message = `The dataset has other numbers of images than before: an epoch has ${stepsPerEpoch} steps from here on, it had ${schedule.stepsPerEpochBefore}. The schedule goes on from epoch ${Number(schedule.epochAt(step).toFixed(2))}.`;
    warnings.push({ code: 'data-changed', message });
  }
  return { checkpoint, best: best !== null && best.step <= step ? best : null, schedule, warnings };
}

/** What changes where a run goes on on another backend. Earlier versions did not note the backend in a checkpoint. */
function backendChange({ step, state }: Checkpoint, { name }: Pick<TrainingBackend, 'name'>): string[] {
  const { backend: before } = state;
  if (typeof before !== 'string' || before === name) return [];
  return [
    `The run was trained on ${before} up to step ${step} and continues on ${name}, which rounds differently: for the same bits as an uninterrupted run, add --backend ${before}.`,
  ];
}
