import { isDeepStrictEqual } from 'node:util';
import { type Fields, isFields, mergeFields } from './merge-fields.ts';
import { valueText } from './setting-text.ts';
import { listSettings, type SettingsTable, valueAt } from './settings-table.ts';

/** A setting that a user gave one value and the model another, as one types them. */
export interface FixedOtherwise {
  /** Where `config.json` has it, such as `weights.context`. */
  readonly name: string;
  readonly given: string;
  readonly fixed: string;
}

/**
 * The settings that a model fixes at another value than was given.
 *
 * @param given a part of a configuration
 * @param config what became of it
 */
export function fixedOtherwise(table: SettingsTable, given: Fields, config: Fields): FixedOtherwise[] {
  return listSettings(table).flatMap(({ name, path, setting }) => {
    const [value, own] = [valueAt(given, path), valueAt(config, path)];
    if (value === undefined) return [];
    // Of several numbers some may be given.
    const wanted = isFields(value) && isFields(own) ? mergeFields(own, value) : value;
    if (isDeepStrictEqual(wanted, own)) return [];
    return [{ name, given: valueText(setting, wanted), fixed: valueText(setting, own) }];
  });
}
