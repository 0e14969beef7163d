import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError, UserError } from '../errors.ts';
import { parseTrainingConfig, type TrainingConfig } from './training-config.ts';

/** The configuration of a run, as it was resolved when the run began. */
export const CONFIG_FILE = 'config.json';

/** What a resumed run may be given anew: it changes how training goes on, not what is trained. */
const CHANGEABLE: readonly (keyof TrainingConfig)[] = [
  'learningRate',
  'weights',
  'epochs',
  'logEvery',
  'checkpointEvery',
  'keepCheckpoints',
  'sampleEvery',
];

/**
 * Reads the configuration of a run.
 *
 * @throws UserError if the folder is no run
 */
export async function readRunConfig(runFolder: string): Promise<TrainingConfig> {
  const file = path.join(runFolder, CONFIG_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new UserError(
      `${runFolder} is no run, it has no ${CONFIG_FILE}: give the folder that \`train --run\` or \`import --run\` wrote.`,
    );
  }
  try {
    return parseTrainingConfig(JSON.parse(text), file);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError(`${file} is not JSON: restore it from a copy.`);
    throw error;
  }
}

/**
 * Makes a folder a run by writing its configuration.
 *
 * @throws UsageError if it is one already
 */
export async function createRun(runFolder: string, config: TrainingConfig): Promise<void> {
  if (await exists(path.join(runFolder, CONFIG_FILE))) {
    throw new UsageError(`${runFolder} is a run already: add --resume to go on with it, or choose another --run.`);
  }
  await mkdir(runFolder, { recursive: true });
  await writeRunConfig(runFolder, config);
}

/**
 * The configuration to go on with: the run's own, with those changes that a run survives.
 *
 * @param changes fields given for this resume
 * @throws UsageError naming a field that cannot change
 */
export function resumedConfig(own: TrainingConfig, changes: Partial<TrainingConfig>): TrainingConfig {
  for (const [name, value] of Object.entries(changes) as [keyof TrainingConfig, unknown][]) {
    if (CHANGEABLE.includes(name) || JSON.stringify(value) === JSON.stringify(own[name])) continue;
    throw new UsageError(
      `The run was started with ${name} ${JSON.stringify(own[name])} and cannot go on with ${JSON.stringify(value)}: leave it out, or start another run.`,
    );
  }
  return Object.freeze({ ...own, ...changes });
}

export async function writeRunConfig(runFolder: string, config: TrainingConfig): Promise<void> {
  const file = path.join(runFolder, CONFIG_FILE);
  await writeFile(`${file}.partial`, `${JSON.stringify(config, null, 2)}\n`);
  await rename(`${file}.partial`, file);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
