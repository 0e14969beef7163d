import type {
  ChoiceSetting,
  GroupSetting,
  LeftOut,
  NumbersSetting,
  PathSetting,
  Setting,
  SettingSection,
  SingleSetting,
  SizeSetting,
  SwitchSetting,
} from './setting.ts';

export type SettingRows = Readonly<Record<string, Setting>>;

/** All settings of a model, in the order in which `config.json`, help and docs have them. */
export interface SettingsTable<Rows extends SettingRows = SettingRows> {
  readonly rows: Rows;
  /** Rules between settings, each under the name of the setting that breaks it. */
  readonly rules: Readonly<Record<string, SettingRule<never>>>;
}

export interface SettingRule<Config> {
  /** Follows the help of its setting, such as `multiples of 2^levels`. */
  readonly help: string;
  /** What is wrong with a configuration, as one clause; null if nothing is. */
  fault(config: Config): string | null;
}

/** The configuration that a table describes, with every default filled in. */
export type ConfigOf<Rows extends SettingRows> = {
  readonly [Name in keyof Rows as Rows[Name] extends { default: LeftOut } ? never : Name]: ValueOf<Rows[Name]>;
} & {
  readonly [Name in keyof Rows as Rows[Name] extends { default: LeftOut } ? Name : never]?:
    | ValueOf<Rows[Name]>
    | undefined;
};

/** What a user may write of it: any part. */
export type ConfigInputOf<Rows extends SettingRows> = {
  readonly [Name in keyof Rows]?: InputOf<Rows[Name]> | undefined;
};

type ValueOf<S extends Setting> =
  S extends GroupSetting<infer Parts>
    ? { readonly [Name in keyof Parts]: ValueOf<Parts[Name]> }
    : S extends NumbersSetting<infer Part>
      ? Readonly<Record<Part, number>>
      : S extends SizeSetting
        ? SizeSetting['default']
        : S extends ChoiceSetting<infer Name>
          ? Name
          : S extends SwitchSetting
            ? boolean
            : S extends PathSetting
              ? string | null
              : number;

type InputOf<S extends Setting> = S extends GroupSetting | NumbersSetting
  ? { readonly [Name in keyof ValueOf<S>]?: ValueOf<S>[Name] | undefined }
  : ValueOf<S>;

/** Parts of a configuration by name, each with what it is for. */
export type Presets<Input> = Readonly<Record<string, { readonly help: string; readonly settings: Input }>>;

/** @param rules rules between settings, each under the name of the setting that breaks it */
export function settingsTable<Rows extends SettingRows>(
  rows: Rows,
  rules: { readonly [Name in keyof Rows & string]?: SettingRule<ConfigOf<Rows>> } = {},
): SettingsTable<Rows> {
  return { rows, rules: rules as SettingsTable['rules'] };
}

/** A setting with a value of its own, and where it stands. */
export interface ListedSetting {
  /** Where `config.json` has it, such as `weights.cycle`. */
  readonly name: string;
  readonly path: readonly string[];
  readonly setting: SingleSetting;
  readonly section: SettingSection;
  readonly changesOnResume: boolean;
  /** In words, between this setting and others. */
  readonly rule: string | undefined;
}

/** The settings of a table one by one, the parts of a group in its place. */
export function listSettings({ rows, rules }: SettingsTable): ListedSetting[] {
  return Object.entries(rows).flatMap(([name, row]) => {
    const listed = (path: readonly string[], setting: SingleSetting): ListedSetting => ({
      name: path.join('.'),
      path,
      setting,
      section: setting.section ?? 'settings',
      changesOnResume: row.changesOnResume ?? false,
      rule: rules[name]?.help,
    });
    if (row.kind !== 'group') return [listed([name], row)];
    return Object.entries(row.parts).map(([part, setting]) => listed([name, part], setting));
  });
}

/** The value that a configuration, or a part of one, has for a setting. */
export function valueAt(fields: unknown, path: readonly string[]): unknown {
  return path.reduce((value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name], fields);
}
