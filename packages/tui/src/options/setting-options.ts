import {
  type ChoiceSetting,
  type ConfigInputOf,
  choiceNames,
  defaultText,
  helpText,
  type ListedSetting,
  listSettings,
  type SettingRows,
  type SettingSection,
  type SettingsTable,
} from '@instagan/core/settings';
import { Option } from 'commander';
import { commaSeparated, numberWithin, runFolder, sizeInPx, summed, wholeNumber } from './values.ts';

/** The settings of a table as options of a command. */
export interface SettingOptions<Rows extends SettingRows> {
  /** Those that help lists in a section; without one, all. */
  options(section?: SettingSection): Option[];
  /** What was typed of them, as fields of a configuration. @param typed all options of the command, as commander gives them */
  given(typed: object): ConfigInputOf<Rows>;
}

export function settingOptions<Rows extends SettingRows>(table: SettingsTable<Rows>): SettingOptions<Rows> {
  const listed = listSettings(table).filter(({ setting }) => setting.flag !== 'none');
  const made = listed.map((each) => ({ ...each, option: optionOf(each) }));
  return {
    options: (section) =>
      made.filter((each) => section === undefined || each.section === section).map(({ option }) => option),
    given(typed) {
      const fields: Record<string, unknown> = {};
      for (const { path, option } of made) {
        const value = (typed as Readonly<Record<string, unknown>>)[option.attributeName()];
        // Without its flag the option of a switch that is on by default has the value true; it stays as it was.
        if (value === undefined || (option.negate && value === true)) continue;
        setAt(fields, path, value);
      }
      return fields as ConfigInputOf<Rows>;
    },
  };
}

function optionOf(listed: ListedSetting): Option {
  const { setting } = listed;
  const { flag } = setting;
  if (setting.kind === 'switch') return new Option(flag, setting.default ? `do not ${setting.help}` : setting.help);
  const more = setting.kind === 'choice' && hasHelp(setting) ? ', see below' : '';
  const usual = setting.default === null ? '' : ` (default: ${defaultText(setting)})`;
  const option = new Option(flag, `${helpText(listed)}${more}${usual}`);
  switch (setting.kind) {
    case 'choice':
      return option.choices(choiceNames(setting));
    case 'whole':
      return option.argParser(wholeNumber(setting.min, setting.max));
    case 'number':
      return option.argParser(numberWithin(setting));
    case 'numbers':
      return option.argParser(setting.text === 'list' ? commaSeparated(setting) : summed(setting));
    case 'size':
      return option.argParser(sizeInPx(setting));
    case 'path':
      return option.argParser(runFolder);
  }
}

/** Whether the names of a choice are explained one by one. */
export function hasHelp({ choices }: ChoiceSetting): boolean {
  return Object.values(choices).some((help) => help !== '');
}

function setAt(fields: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    fields[name] = value;
    return;
  }
  const inner = (fields[name] ?? {}) as Record<string, unknown>;
  setAt(inner, rest, value);
  fields[name] = inner;
}
