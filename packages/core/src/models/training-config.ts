import type { ConfigKind } from '../config/config-kind.ts';
import { mergeFields } from '../config/merge-fields.ts';
import { settingsParser } from '../config/settings-parser.ts';
import type { ConfigInputOf, ConfigOf } from '../config/settings-table.ts';
import { FIXED_SETTINGS } from './cyclegan/settings.ts';
import { INSTAGAN_SETTINGS } from './instagan/settings.ts';

export type TrainingConfig = ConfigOf<typeof INSTAGAN_SETTINGS.rows>;
export type TrainingConfigInput = ConfigInputOf<typeof INSTAGAN_SETTINGS.rows>;

const parse = settingsParser(INSTAGAN_SETTINGS);

/**
 * Validates a configuration and fills in the defaults, and what its model fixes.
 *
 * @param input what a user wrote, e.g. the parsed `--config` file
 * @param source where it came from, for the message
 * @throws UsageError naming every field that is wrong
 */
export function parseTrainingConfig(input: unknown, source: string): TrainingConfig {
  const config = parse(input, source);
  return Object.freeze(mergeFields(config, FIXED_SETTINGS[config.model] ?? {}));
}

/** What decides the shapes of the networks' weights. */
export const NETWORK_SETTINGS = [
  'model',
  'ngf',
  'ndf',
  'discriminatorLayers',
  'blocks',
  'upsampling',
] as const satisfies readonly (keyof TrainingConfig)[];

/** The configurations of `instagan train`. */
export const translationConfigs: ConfigKind<TrainingConfig> = {
  what: 'a translation model',
  command: 'train',
  table: INSTAGAN_SETTINGS,
  parse: parseTrainingConfig,
};
