import { listCheckpoints } from '../checkpoint/checkpoint-folders.ts';
import type { Checkpoint } from '../checkpoint/checkpoint-reader.ts';
import { AVERAGES_FILE, MODEL_FILE } from '../checkpoint/model-files.ts';
import type { NamedArrays } from '../checkpoint/named-arrays.ts';
import { readModel } from '../checkpoint/read-model.ts';
import type { ConfigKind, RunSettings } from '../config/config-kind.ts';
import { readRunConfig } from '../config/run-config.ts';
import { UsageError } from '../errors.ts';

/**
 * What a run begins with: null if that is at random, or if the run has a checkpoint already. It resumes from its own weights then;
 * those that it began with may be gone.
 *
 * @param init the run that it begins with
 */
export async function initialCheckpoint(
  runFolder: string,
  init: string | null,
  read: (init: string) => Promise<Checkpoint>,
): Promise<Checkpoint | null> {
  return init === null || (await listCheckpoints(runFolder)).length > 0 ? null : read(init);
}

/** The settings that decide the shapes of weights: a training that begins with those of a run takes them over. */
export async function inheritedSettings<Config extends RunSettings, Name extends keyof Config>(
  kind: ConfigKind<Config>,
  runFolder: string,
  names: readonly Name[],
): Promise<Pick<Config, Name>> {
  const config = await readRunConfig(kind, runFolder);
  return Object.fromEntries(names.map((name) => [name, config[name]])) as Pick<Config, Name>;
}

/** How the networks of one run fit another. */
export interface NetworkFit<Config, Name extends keyof Config> {
  /** The settings that decide the shapes of weights: they must be those of the run. */
  readonly names: readonly Name[];
  /** Of these, numbers that may be larger than the run's; `adapt` adds what is missing. */
  readonly growing?: readonly Name[];
  /** Weights by name, as the run has them -> as the other training begins with them. @param own the run's own settings */
  adapt?(weights: NamedArrays, own: Pick<Config, Name>): NamedArrays;
}

/**
 * The weights of a run's last checkpoint, averaged ones where there are any, to begin another training with: without Adam's moments
 * and all else that the training had gathered.
 *
 * @param config of the training that is to begin
 * @throws UserError if the folder is not a run of that kind or has no checkpoint; UsageError if its networks are others
 */
export async function initialNetworks<Config extends RunSettings, Name extends keyof Config & string>(
  kind: ConfigKind<Config>,
  runFolder: string,
  config: Config,
  { names, growing = [], adapt = (weights) => weights }: NetworkFit<Config, Name>,
): Promise<Checkpoint> {
  const own = await inheritedSettings(kind, runFolder, names);
  for (const name of names) {
    const mayGrow = growing.includes(name);
    if (own[name] === config[name] || (mayGrow && own[name] < config[name])) continue;
    const remedy = `leave that setting out${mayGrow ? ', or choose more' : ''}`;
    throw new UsageError(
      `${runFolder} has ${name} ${own[name]}, so its weights do not fit ${name} ${config[name]}: ${remedy}.`,
    );
  }
  const { checkpoint, model } = await readModel(runFolder);
  const weights = new Map([...model, ...(checkpoint.files[AVERAGES_FILE] ?? [])]);
  return { ...checkpoint, files: { [MODEL_FILE]: adapt(weights, own) }, state: {} };
}
