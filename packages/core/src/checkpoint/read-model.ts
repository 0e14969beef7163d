import { UserError } from '../errors.ts';
import { readBest } from './best-checkpoint.ts';
import { type Checkpoint, readCheckpoint, readNewestCheckpoint } from './checkpoint-reader.ts';
import { MODEL_FILE } from './model-files.ts';
import type { NamedArrays } from './named-arrays.ts';

/** Which checkpoint of a run: the newest whole one, the one that scored best, or that of a step. */
export type CheckpointChoice = 'last' | 'best' | number;

/**
 * The weights of a run.
 *
 * @returns with one sentence for each damaged checkpoint that was passed over
 * @throws UserError if the run has no such checkpoint, or it is damaged
 */
export async function readModel(
  runFolder: string,
  choice: CheckpointChoice = 'last',
): Promise<{ checkpoint: Checkpoint; model: NamedArrays; warnings: readonly string[] }> {
  const { checkpoint, warnings } = await readChosen(runFolder, choice);
  const model = checkpoint?.files[MODEL_FILE];
  if (checkpoint === null || model === undefined) {
    throw new UserError(`${runFolder} has no checkpoint yet: train it until it saves its first one.`);
  }
  return { checkpoint, model, warnings };
}

async function readChosen(
  runFolder: string,
  choice: CheckpointChoice,
): Promise<{ checkpoint: Checkpoint | null; warnings: readonly string[] }> {
  if (choice === 'last') return readNewestCheckpoint(runFolder);
  if (typeof choice === 'number') return { checkpoint: await readCheckpoint(runFolder, choice), warnings: [] };
  const best = await readBest(runFolder);
  if (best === null) {
    throw new UserError(
      `${runFolder} has no best checkpoint, because none was scored during training: use the last one, or continue with \`train --resume --evaluate-every N\`.`,
    );
  }
  return { checkpoint: await readCheckpoint(runFolder, best.step), warnings: [] };
}
