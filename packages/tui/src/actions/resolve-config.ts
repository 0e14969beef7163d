import { type ConfigKind, type RunSettings, readRunConfig, UsageError, UserError } from '@instagan/core';
import { cannotBeRead, isThere, readText } from '@instagan/core/data';
import {
  type Fields,
  type FixedOtherwise,
  fixedOtherwise,
  isFields,
  mergeFields,
  settingTexts,
} from '@instagan/core/settings';

export interface ConfigSources {
  readonly run: string;
  readonly resume?: true;
  /** Settings of a preset. */
  readonly preset?: Fields | undefined;
  /** The file of `--config`. */
  readonly config?: string;
  /** Settings typed as options. */
  readonly settings: Fields;
}

/**
 * The configuration of a training: defaults, then preset, then `--config` file, then options. A resumed run's own
 * configuration takes the place of the defaults.
 *
 * @throws UsageError naming what is wrong, or what an option or the file sets that the model fixes otherwise; UserError if a file
 *   cannot be read
 */
export async function resolveConfig<Config extends RunSettings>(
  kind: ConfigKind<Config>,
  { run, resume, preset = {}, config, settings }: ConfigSources,
): Promise<Config> {
  if (resume && !(await isThere(run))) {
    throw new UserError(`There is no run ${run} to resume: leave out --resume to start it, or correct --run.`);
  }
  const base: Fields = resume ? await readRunConfig(kind, run) : {};
  const file = config === undefined ? {} : await readConfigFile(kind, config);
  const resolved = kind.parse([base, preset, file, settings].reduce(mergeFields), 'The options');
  requireTaken(kind, settings, resolved, 'The options');
  return resolved;
}

/** @throws UsageError if a setting was given that the model fixes at another value: it must not be dropped without a word */
export function requireTaken<Config extends RunSettings>(
  { table }: ConfigKind<Config>,
  given: Fields,
  config: Config,
  source: string,
): void {
  const faults = fixedOtherwise(table, given, config as unknown as Fields).map((setting) =>
    fixedText(setting, config.model),
  );
  if (faults.length > 0)
    throw new UsageError(`${source}: ${faults.join('; ')}: leave it out, or choose another model.`);
}

/** Such as `maxInstances 4 is fixed at 1 by the model cyclegan`. */
export function fixedText({ name, given, fixed }: FixedOtherwise, model: string): string {
  return `${name} ${given} is fixed at ${fixed} by the model ${model}`;
}

/**
 * Reads a file of settings.
 *
 * @throws UsageError naming what is wrong, or what its model fixes otherwise; UserError if it cannot be read
 */
export async function readConfigFile<Config extends RunSettings>(
  kind: ConfigKind<Config>,
  file: string,
): Promise<Fields> {
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    throw cannotBeRead(file, error);
  }
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON (${(error as Error).message}): correct it.`);
  }
  if (!isFields(fields)) throw new UsageError(`${file} must hold one JSON object, such as {"ngf": 32}.`);
  requireTaken(kind, fields, kind.parse(fields, file), file);
  return fields;
}

/** What differs from the default settings, such as `ngf 16 (64)`. */
export function differencesFromDefaults<Config extends RunSettings>(
  kind: ConfigKind<Config>,
  config: Config,
): string[] {
  return differencesFrom(kind, config, kind.parse({ model: config.model }, 'The defaults'));
}

/** What differs between two configurations, such as `ngf 16 (64)`, that of the other in brackets. */
export function differencesFrom<Config extends RunSettings>(
  kind: ConfigKind<Config>,
  config: Config,
  other: Config,
): string[] {
  return settingTexts(kind.table, config, other).flatMap(({ name, text, usualText }) =>
    text === usualText ? [] : [`${name} ${text} (${usualText})`],
  );
}
