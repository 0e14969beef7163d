import { z } from 'zod';
import { UsageError } from '../errors.ts';
import type { NumberLimits, Setting } from './setting.ts';
import { choiceNames } from './setting-text.ts';
import type { ConfigOf, SettingRows, SettingsTable } from './settings-table.ts';

/**
 * Makes the function that validates a configuration against a table and fills in the defaults.
 *
 * @returns a function of what a user wrote, e.g. a parsed `config.json`, and where it came from, for the message; it throws
 *   a UsageError that names every field that is wrong
 */
export function settingsParser<Rows extends SettingRows>(
  table: SettingsTable<Rows>,
): (input: unknown, source: string) => ConfigOf<Rows> {
  const schema = z.strictObject(mapValues(table.rows, schemaOf));
  return (input, source) => {
    const parsed = schema.safeParse(input);
    if (!parsed.success) {
      const faults = parsed.error.issues.map((issue) => {
        const message = issue.code === 'unrecognized_keys' ? unknownSettings(table.rows, issue) : issue.message;
        return `${issue.path.join('.') || 'configuration'}: ${message}`;
      });
      throw new UsageError(`${source}: ${faults.join('; ')}.`);
    }
    for (const [name, rule] of Object.entries(table.rules)) {
      const fault = rule.fault(parsed.data as never);
      if (fault !== null) throw new UsageError(`${source}: ${name}: ${fault}.`);
    }
    return Object.freeze(parsed.data) as ConfigOf<Rows>;
  };
}

/** What a user may have meant cannot be guessed safely, so all that there is is named. */
function unknownSettings(rows: SettingRows, { keys, path }: z.core.$ZodIssueUnrecognizedKeys): string {
  const unknown = keys.map((key) => JSON.stringify(key)).join(' or ');
  const known = path.length === 0 ? Object.keys(rows) : partNames(rows[String(path[0])]);
  return `there is no setting ${unknown}; there are ${known.join(', ')}`;
}

/** The fields of a setting that has some. */
function partNames(setting: Setting | undefined): readonly string[] {
  if (setting?.kind === 'group') return Object.keys(setting.parts);
  return setting?.kind === 'numbers' ? Object.keys(setting.default) : ['height', 'width'];
}

function schemaOf(setting: Setting): z.ZodType {
  switch (setting.kind) {
    case 'group':
      return z.strictObject(mapValues(setting.parts, schemaOf)).prefault({});
    case 'numbers':
      return z
        .strictObject(mapValues(setting.default, (value) => limited(z.number(), setting).default(value)))
        .prefault({});
    case 'size': {
      const { min, max, multipleOf } = setting;
      const side = limited(z.int(), { min, max });
      const fitting = multipleOf === undefined ? side : side.multipleOf(multipleOf);
      return z.strictObject({ height: fitting, width: fitting }).default(setting.default);
    }
    case 'whole': {
      const value = limited(z.int(), setting);
      return typeof setting.default === 'number' ? value.default(setting.default) : value.optional();
    }
    case 'number':
      return limited(z.number(), setting).default(setting.default);
    case 'choice':
      return z.enum(choiceNames(setting)).default(setting.default);
    case 'switch':
      return z.boolean().default(setting.default);
    case 'path':
      return z.string().min(1).nullable().default(setting.default);
  }
}

function limited<T extends z.ZodNumber>(value: T, { min, above, max }: NumberLimits): T {
  let result = value;
  if (min !== undefined) result = result.min(min);
  if (above !== undefined) result = result.gt(above);
  if (max !== undefined) result = result.max(max);
  return result;
}

function mapValues<In, Out>(fields: Readonly<Record<string, In>>, change: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value)]));
}
