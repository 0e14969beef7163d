import { type Checkpoint, MODEL_FILE, type NamedArrays, readNewestCheckpoint, UserError } from '@instagan/core';

/**
 * The weights of a run's newest whole checkpoint.
 *
 * @returns with one sentence for each damaged checkpoint that was passed over
 * @throws UserError if the run has no checkpoint yet, or none that is whole
 */
export async function newestModel(
  runFolder: string,
): Promise<{ checkpoint: Checkpoint; model: NamedArrays; warnings: readonly string[] }> {
  const { checkpoint, warnings } = await readNewestCheckpoint(runFolder);
  const model = checkpoint?.files[MODEL_FILE];
  if (checkpoint === null || model === undefined) {
    throw new UserError(`${runFolder} has no checkpoint yet: train it first, at least until its first one.`);
  }
  return { checkpoint, model, warnings };
}
