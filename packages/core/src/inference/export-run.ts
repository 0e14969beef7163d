import path from 'node:path';
import { writeCheckpoint } from '../checkpoint/checkpoint-store.ts';
import { AVERAGES_FILE, MODEL_FILE } from '../checkpoint/model-files.ts';
import { type CheckpointChoice, readModel } from '../checkpoint/read-model.ts';
import { CONFIG_FILE, readConfigFields } from '../config/run-config.ts';
import { UsageError } from '../errors.ts';
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
  const config = await readConfigFields(runFolder);
  if (await isFile(path.join(output, CONFIG_FILE)))
    throw new UsageError(`${output} is already a run: choose another folder.`);
  const { checkpoint, model, warnings } = await readModel(runFolder, choice);
  const generators = new Map(
    [...(checkpoint.files[AVERAGES_FILE] ?? model)].filter(([name]) => name.startsWith('generator')),
  );
  const { updates: _, ...state } = checkpoint.state;
  const manifest = { ...state, ...('config' in state ? { config: withoutInit(state.config) } : {}) };
  await makeFolder(output);
  await writeAtomically(path.join(output, CONFIG_FILE), `${JSON.stringify(withoutInit(config), null, 2)}\n`, {
    durable: true,
  });
  const content = { files: { [MODEL_FILE]: generators }, manifest, floatType };
  const folder = await writeCheckpoint(output, checkpoint.step, content);
  return { step: checkpoint.step, file: path.join(folder, MODEL_FILE), warnings };
}

/** A configuration that names no run to begin with: the copy has its weights, and such paths are of one machine. */
function withoutInit<Config>(config: Config): Config {
  const names = typeof config === 'object' && config !== null && 'init' in config;
  return names ? { ...config, init: null } : config;
}
