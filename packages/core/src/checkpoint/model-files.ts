import { UserError } from '../errors.ts';
import { type Checkpoint, readNewestCheckpoint } from './checkpoint-reader.ts';
import type { NamedArrays } from './named-arrays.ts';

/** Weights and spectral vectors, `<network>.<parameter>`, `<network>.<layer>.u`: all that translation needs. */
export const MODEL_FILE = 'model.safetensors';
/** Averages of the generators' weights, named as in the model; where there are any, translation uses them. */
export const AVERAGES_FILE = 'averages.safetensors';
/** Adam's moments, `<network>.<parameter>.m` and `.v`. */
export const OPTIMIZER_FILE = 'optimizer.safetensors';
/** The image pools, `poolA.<index>.image` and `.masks`. */
export const POOLS_FILE = 'pools.safetensors';

/**
 * The weights of a run's newest whole checkpoint.
 *
 * @returns with one sentence for each damaged checkpoint that was passed over
 * @throws UserError if the run has no checkpoint yet, or none that is whole
 */
export async function readNewestModel(
  runFolder: string,
): Promise<{ checkpoint: Checkpoint; model: NamedArrays; warnings: readonly string[] }> {
  const { checkpoint, warnings } = await readNewestCheckpoint(runFolder);
  const model = checkpoint?.files[MODEL_FILE];
  if (checkpoint === null || model === undefined) {
    throw new UserError(`${runFolder} has no checkpoint yet: train it first, at least until its first one.`);
  }
  return { checkpoint, model, warnings };
}
