import { type ConfigKind, settingsParser } from '@instagan/core';
import type { ConfigInputOf, ConfigOf } from '@instagan/core/settings';
import { SEGMENTER_SETTINGS } from './segmenter-settings.ts';

export type SegmenterConfig = ConfigOf<typeof SEGMENTER_SETTINGS.rows>;
export type SegmenterConfigInput = ConfigInputOf<typeof SEGMENTER_SETTINGS.rows>;

/**
 * Validates a configuration and fills in the defaults.
 *
 * @param input what a user wrote, e.g. the parsed `--config` file
 * @param source where it came from, for the message
 * @throws UsageError naming every field that is wrong
 */
export const parseSegmenterConfig: (input: unknown, source: string) => SegmenterConfig =
  settingsParser(SEGMENTER_SETTINGS);

/** The configurations of `instagan segmenter train`. */
export const segmenterConfigs: ConfigKind<SegmenterConfig> = {
  what: 'a segmenter',
  command: 'segmenter train',
  table: SEGMENTER_SETTINGS,
  parse: parseSegmenterConfig,
};
