import { readFile } from 'node:fs/promises';
import {
  PRESETS,
  parseTrainingConfig,
  readRunConfig,
  type TrainingConfig,
  translationConfigs,
  UsageError,
  UserError,
} from '@instagan/core';
import type { TrainCommandOptions } from './train-options.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The configuration of a training: defaults, then preset, then `--config` file, then options. A resumed run's own
 * configuration takes the place of the defaults.
 *
 * @throws UsageError naming what is wrong; UserError if a file cannot be read
 */
export async function resolveTrainingConfig(options: TrainCommandOptions): Promise<TrainingConfig> {
  const base: Fields = options.resume ? await readRunConfig(translationConfigs, options.run) : {};
  const preset: Fields = options.preset === undefined ? {} : PRESETS[options.preset];
  const file = options.config === undefined ? {} : await readConfigFile(options.config);
  return parseTrainingConfig([base, preset, file, fieldsOf(options)].reduce(merged), 'The options');
}

async function readConfigFile(file: string): Promise<Fields> {
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
  parseTrainingConfig(fields, file);
  return fields;
}

function fieldsOf(options: TrainCommandOptions): Fields {
  const { model, size, ngf, ndf, blocks, batch, maxInstances, instancesPerChunk, learningRate, schedule, seed } =
    options;
  const { logEvery, checkpointEvery, keepCheckpoints, sampleEvery } = options;
  const networks = { model, size, ngf, ndf, blocks };
  const steps = { batch, maxInstances, instancesPerChunk, learningRate, epochs: schedule, seed };
  const all = { ...networks, ...steps, logEvery, checkpointEvery, keepCheckpoints, sampleEvery };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
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
export function differencesFromDefaults(config: TrainingConfig): string[] {
  const defaults = parseTrainingConfig({ model: config.model }, 'The defaults');
  return Object.entries(config).flatMap(([name, value]) => {
    const usual = spelled(defaults[name as keyof TrainingConfig]);
    return spelled(value) === usual ? [] : [`${name} ${spelled(value)} (${usual})`];
  });
}

function spelled(value: unknown): string {
  if (!isFields(value)) return String(value);
  if ('height' in value) return `${value.height}x${value.width}`;
  return Object.entries(value)
    .map(([name, part]) => `${name} ${part}`)
    .join(' ');
}
