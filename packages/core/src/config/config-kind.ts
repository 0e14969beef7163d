import type { KEPT_SETTINGS, learningRate, schedule } from './run-settings.ts';
import type { ChoiceSetting } from './setting.ts';
import type { ConfigOf, SettingRows, SettingsTable } from './settings-table.ts';

/** What the run machinery reads of a configuration, whatever is trained. */
export type RunSettings = ConfigOf<RunRows>;

/** The rows that every table has. */
type RunRows = {
  readonly model: ChoiceSetting;
  readonly learningRate: ReturnType<typeof learningRate>;
  readonly epochs: ReturnType<typeof schedule>;
} & typeof KEPT_SETTINGS;

/** The configurations of one kind of model, as runs save them in `config.json`. */
export interface ConfigKind<Config extends RunSettings> {
  /** What is trained, such as `a translation model`; for messages. */
  readonly what: string;
  /** The command that makes such runs, such as `train`. */
  readonly command: string;
  readonly table: SettingsTable<SettingRows & RunRows>;
  /** @throws UsageError naming every field that is wrong, and `source` */
  readonly parse: (input: unknown, source: string) => Config;
}
