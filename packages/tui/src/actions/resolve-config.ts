import { readFile } from 'node:fs/promises';
import { type ConfigKind, type RunSettings, readRunConfig, UsageError, UserError } from '@instagan/core';

export type Fields = Readonly<Record<string, unknown>>;

export interface ConfigSources {
  readonly run: string;
  readonly resume?: true;
  /** Fields of a preset. */
  readonly preset?: Fields;
  /** The file of `--config`. */
  readonly config?: string;
  /** Fields given as options; undefined ones are not. */
  readonly options: Fields;
}

/**
 * The configuration of a training: defaults, then preset, then `--config` file, then options. A resumed run's own
 * configuration takes the place of the defaults.
 *
 * @throws UsageError naming what is wrong; UserError if a file cannot be read
 */
export async function resolveConfig<Config extends RunSettings>(
  kind: ConfigKind<Config>,
  { run, resume, preset = {}, config, options }: ConfigSources,
): Promise<Config> {
  const base = resume ? ((await readRunConfig(kind, run)) as unknown as Fields) : {};
  const file = config === undefined ? {} : await readConfigFile(kind, config);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return kind.parse([base, preset, file, given].reduce(merged), 'The options');
}

async function readConfigFile(kind: { parse(input: unknown, source: string): unknown }, file: string): Promise<Fields> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`Cannot read ${file} (${(error as NodeJS.ErrnoException).code}): check the path of --config.`);
  }
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON (${(error as Error).message}): correct it.`);
  }
  if (!isFields(fields)) throw new UsageError(`${file} must hold one JSON object, such as {"ngf": 32}.`);
  kind.parse(fields, file);
  return fields;
}

/** `changes` laid over `fields`, object by object. */
function merged(fields: Fields, changes: Fields): Fields {
  const result: Record<string, unknown> = { ...fields };
  for (const [name, value] of Object.entries(changes)) {
    const own = fields[name];
    result[name] = isFields(own) && isFields(value) ? merged(own, value) : value;
  }
  return result;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What differs from the default settings, such as `ngf 16 (64)`. */
export function differencesFromDefaults<Config extends RunSettings>(
  kind: ConfigKind<Config>,
  config: Config,
): string[] {
  const defaults = kind.parse({ model: config.model }, 'The defaults');
  return Object.entries(config).flatMap(([name, value]) => {
    const usual = spelled(defaults[name as keyof Config]);
    return spelled(value) === usual ? [] : [`${name} ${spelled(value)} (${usual})`];
  });
}

function spelled(value: unknown): string {
  if (value === null) return 'none';
  if (!isFields(value)) return String(value);
  if ('height' in value) return `${value.height}x${value.width}`;
  return Object.entries(value)
    .map(([name, part]) => `${name} ${part}`)
    .join(' ');
}
