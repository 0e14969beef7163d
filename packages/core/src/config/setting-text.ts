import type { ChoiceSetting, NumberLimits, SingleSetting } from './setting.ts';
import { type ListedSetting, listSettings, type SettingsTable, valueAt } from './settings-table.ts';

/** A value as one types it, such as `300x200`, `2e-4,1e-4` or `100+50`; `none` for null. */
export function valueText(setting: SingleSetting, value: unknown): string {
  if (value === null) return 'none';
  if (setting.kind === 'size') {
    const { height, width } = value as typeof setting.default;
    return `${height}x${width}`;
  }
  if (setting.kind === 'numbers') {
    const parts = Object.keys(setting.default).map((part) => valueAt(value, [part]) as number);
    return parts.map(numberText).join(setting.text === 'list' ? ',' : '+');
  }
  return typeof value === 'number' ? numberText(value) : String(value);
}

/** Small numbers as `2e-4`. */
function numberText(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value);
}

/** A setting with the value that a configuration has for it, and the usual one, as one types them. */
export interface SettingText extends ListedSetting {
  readonly text: string;
  readonly usualText: string;
}

/** All settings of a configuration beside those of another. @param usual such as the defaults of its model */
export function settingTexts(table: SettingsTable, config: unknown, usual: unknown): SettingText[] {
  return listSettings(table).map((listed) => {
    const textIn = (each: unknown) => {
      const value = valueAt(each, listed.path);
      return value === undefined ? defaultText(listed.setting) : valueText(listed.setting, value);
    };
    return { ...listed, text: textIn(config), usualText: textIn(usual) };
  });
}

/** The default, in words where nothing is one. */
export function defaultText(setting: SingleSetting): string {
  const value = setting.default;
  return typeof value === 'object' && value !== null && 'leftOut' in value
    ? (value.leftOut as string)
    : valueText(setting, value);
}

/** The help of a setting with the limits that nobody guesses in its first clause; without the default. */
export function helpText({ setting, rule }: ListedSetting): string {
  const limits =
    rule ??
    (setting.kind === 'size' && setting.multipleOf !== undefined
      ? `multiples of ${setting.multipleOf}`
      : setting.kind === 'number' && setting.max !== undefined
        ? limitsText(setting)
        : '');
  return limits === '' ? setting.help : setting.help.replace(/^[^;]*/, (clause) => `${clause}, ${limits}`);
}

/** What values a setting takes, such as `whole number from 1 to 512`. */
export function valuesText({ setting, rule }: ListedSetting): string {
  switch (setting.kind) {
    case 'whole':
      return `whole number ${limitsText(setting)}${inUnit(setting)}`;
    case 'number':
      return `number ${limitsText(setting)}`;
    case 'numbers':
      return `${Object.keys(setting.default).join(', ')}: each a number ${limitsText(setting)}${inUnit(setting)}`;
    case 'size': {
      const multiples = rule ?? (setting.multipleOf === undefined ? '' : `multiples of ${setting.multipleOf}`);
      return `height, width: each a whole number ${limitsText(setting)}, in pixels${multiples && `, ${multiples}`}`;
    }
    case 'choice':
      return choiceNames(setting).join(', ');
    case 'switch':
      return 'true, false';
    case 'path':
      return 'path';
  }
}

function inUnit({ unit }: SingleSetting): string {
  return unit === undefined ? '' : `, in ${unit}`;
}

/** Such as `from 1 to 512` or `above 0`. */
export function limitsText({ min, above, max }: NumberLimits): string {
  if (above !== undefined) return max === undefined ? `above ${above}` : `above ${above} and up to ${max}`;
  return max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
}

export function choiceNames({ choices }: ChoiceSetting): string[] {
  return Object.keys(choices);
}

/** What a part of a configuration sets, such as `size 300x200` and `weights.cycle 5`. */
export function fieldTexts(table: SettingsTable, fields: unknown): string[] {
  return listSettings(table).flatMap(({ name, path, setting }) => {
    const value = valueAt(fields, path);
    if (value === undefined) return [];
    if (setting.kind !== 'numbers') return [`${name} ${valueText(setting, value)}`];
    const parts = Object.entries(value as Readonly<Record<string, number>>);
    if (parts.length === Object.keys(setting.default).length) return [`${name} ${valueText(setting, value)}`];
    return parts.map(([part, each]) => `${name}.${part} ${numberText(each)}`);
  });
}
