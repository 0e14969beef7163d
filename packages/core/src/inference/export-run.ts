import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeCheckpoint } from '../checkpoint/checkpoint-store.ts';
import { AVERAGES_FILE, MODEL_FILE } from '../checkpoint/model-files.ts';
import { type CheckpointChoice, readModel } from '../checkpoint/read-model.ts';
import { CONFIG_FILE } from '../config/run-config.ts';
import { UsageError, UserError } from '../errors.ts';
import { isFile, makeFolder } from '../runtime/files.ts';
import { writeAtomically } from '../runtime/write-atomically.ts';

export interface ExportedRun {
  /** Of the checkpoint that was exported. */
  readonly step: number;
  /** The weights, `model.safetensors`. */
  readonly file: string;
  /** One sentence for each damaged checkpoint that was passed over. */
  readonly warnings: readonly string[];
}

export interface ExportOptions {
  /** 'F16' halves the file and rounds the weights. @default 'F32' */
  readonly floatType?: 'F32' | 'F16';
  /** @default 'last' */
  readonly checkpoint?: CheckpointChoice;
}

/**
 * Copies of a run what inference needs: its configuration, and the generators of a checkpoint, averaged if it has
 * averages. The copy is a run itself: it translates, or finds masks, and can be trained further with new discriminators.
 *
 * @param output a new folder
 * @throws UserError if the folder is not a run or has no such checkpoint; UsageError if `output` is already a run
 */
export async function exportRun(
  runFolder: string,
  output: string,
  { floatType = 'F32', checkpoint: choice = 'last' }: ExportOptions = {},
): Promise<ExportedRun> {
  const config = await readFile(path.join(runFolder, CONFIG_FILE)).catch(() => {
    throw new UserError(
      `${runFolder} is not a run (it has no ${CONFIG_FILE}): give the folder that \`train --run\` or \`import --run\` wrote.`,
    );
  });
  if (await isFile(path.join(output, CONFIG_FILE)))
    throw new UsageError(`${output} is already a run: choose another folder.`);
  const { checkpoint, model, warnings } = await readModel(runFolder, choice);
  const generators = new Map(
    [...(checkpoint.files[AVERAGES_FILE] ?? model)].filter(([name]) => name.startsWith('generator')),
  );
  const { updates: _, ...manifest } = checkpoint.state;
  await makeFolder(output);
  await writeAtomically(path.join(output, CONFIG_FILE), config, { durable: true });
  const content = { files: { [MODEL_FILE]: generators }, manifest, floatType };
  const folder = await writeCheckpoint(output, checkpoint.step, content);
  return { step: checkpoint.step, file: path.join(folder, MODEL_FILE), warnings };
}
