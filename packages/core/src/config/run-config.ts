import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { checkpointsFolder, listCheckpoints } from '../checkpoint/checkpoint-folders.ts';
import { type CheckpointContent, writeCheckpoint } from '../checkpoint/checkpoint-store.ts';
import { UsageError, UserError } from '../errors.ts';
import { isThere, makeFolder, NOT_WAITING, readText, syncFolder } from '../runtime/files.ts';
import { writeAtomically } from '../runtime/write-atomically.ts';
import { settingText } from './config-changes.ts';
import type { ConfigKind, RunSettings } from './config-kind.ts';
import { choiceNames } from './setting-text.ts';

/** The configuration of a run, as it was resolved when the run began. */
export const CONFIG_FILE = 'config.json';
/** Its name until the weights of an imported or exported run are there. */
const UNFINISHED_CONFIG_FILE = `.${CONFIG_FILE}.unfinished`;

/**
 * Reads the configuration of a run.
 *
 * @throws UserError if the folder is not a run, or is one of another kind
 */
export async function readRunConfig<Config extends RunSettings>(
  kind: ConfigKind<Config>,
  runFolder: string,
): Promise<Config> {
  const fields = await readConfigFields(runFolder);
  const { model } = (fields ?? {}) as { model?: unknown };
  const names: unknown[] = choiceNames(kind.table.rows.model);
  if (model !== undefined && !names.includes(model)) {
    const what = typeof model === 'string' ? `the model ${model}` : 'a model without a name';
    throw new UserError(
      `${runFolder} is a run of ${what}, not of ${kind.what}: give a run of \`instagan ${kind.command}\`.`,
    );
  }
  return kind.parse(fields, path.join(runFolder, CONFIG_FILE));
}

/**
 * What the configuration of a run says, whatever its kind, unchecked.
 *
 * @throws UserError if the folder is not a run, or that is not JSON
 */
export async function readConfigFields(runFolder: string): Promise<unknown> {
  const file = path.join(runFolder, CONFIG_FILE);
  let text: string;
  try {
    text = await readText(file, NOT_WAITING);
  } catch {
    const fault = (await isThere(runFolder))
      ? `${runFolder} is not a run (it has no ${CONFIG_FILE})`
      : `There is no run ${runFolder}`;
    throw new UserError(
      `${fault}: give the folder that \`train --run\` or \`import --run\` wrote, or a name that \`instagan models\` lists.`,
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`${file} is not JSON: restore it from a copy.`);
  }
}

/**
 * Turns a folder into a run by writing its configuration.
 *
 * @throws UsageError if it is already one
 */
export async function createRun(runFolder: string, config: RunSettings): Promise<void> {
  await makeRunFolder(runFolder);
  await writeRunConfig(runFolder, config);
}

/**
 * Makes the folder of a new run, which can then be locked.
 *
 * @throws UsageError if it is already a run, or holds checkpoints, which would be taken for those of the new one
 */
export async function makeRunFolder(runFolder: string): Promise<void> {
  await refuseRun(runFolder, 'add --resume to continue it, or choose another --run');
  await makeFolder(runFolder);
}

/**
 * Makes a run of weights that are there already: imported or exported ones. `config.json`, by which a folder is a run, gets its name
 * last: what fails or is killed on the way leaves no half of a run, and can be done again.
 *
 * @returns the folder of the checkpoint
 * @throws UsageError if it is already a run, or holds checkpoints; UserError if it cannot be written
 */
export async function createTrainedRun(
  runFolder: string,
  config: RunSettings,
  step: number,
  content: CheckpointContent,
): Promise<string> {
  const [unfinished, file] = [UNFINISHED_CONFIG_FILE, CONFIG_FILE].map((name) => path.join(runFolder, name)) as [
    string,
    string,
  ];
  // Whoever was killed before it gave the name had found no checkpoints: those that are there are its own.
  if (await isThere(unfinished)) await rm(checkpointsFolder(runFolder), { recursive: true, force: true });
  await refuseRun(runFolder, 'choose another folder');
  await makeFolder(runFolder);
  try {
    await writeAtomically(unfinished, textOf(config), { durable: true, isOnlyWriter: true });
    const checkpoint = await writeCheckpoint(runFolder, step, content);
    await rename(unfinished, file);
    await syncFolder(runFolder);
    return checkpoint;
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw error;
  }
}

async function refuseRun(runFolder: string, fix: string): Promise<void> {
  if (await isThere(path.join(runFolder, CONFIG_FILE))) throw new UsageError(`${runFolder} is already a run: ${fix}.`);
  if ((await listCheckpoints(runFolder)).length === 0) return;
  throw new UsageError(
    `${runFolder} is no run (it has no ${CONFIG_FILE}), but holds checkpoints: choose another folder, or remove ${checkpointsFolder(runFolder)}.`,
  );
}

/**
 * The configuration of a resumed run: its own, with the changes that a resumed run may make.
 *
 * @param changes fields given for this resume
 * @throws UsageError naming a field that cannot change
 */
export function resumedConfig<Config extends RunSettings>(
  kind: ConfigKind<Config>,
  own: Config,
  changes: Partial<Config>,
): Config {
  for (const [name, value] of Object.entries(changes) as [keyof Config & string, unknown][]) {
    const row = kind.table.rows[name];
    const textOf = (one: unknown) => settingText(kind, name, one);
    if (row?.changesOnResume || JSON.stringify(value) === JSON.stringify(own[name])) continue;
    throw new UsageError(
      `The run was started with ${name} ${textOf(own[name])} and cannot go on with ${textOf(value)}: leave it out, or start another run.`,
    );
  }
  return Object.freeze({ ...own, ...changes });
}

export async function writeRunConfig(runFolder: string, config: RunSettings): Promise<void> {
  const file = path.join(runFolder, CONFIG_FILE);
  await writeAtomically(file, textOf(config), { durable: true });
}

function textOf(config: RunSettings): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}
