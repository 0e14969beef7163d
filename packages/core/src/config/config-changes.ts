import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../data/json-value.ts';
import { UserError } from '../errors.ts';
import type { ConfigKind, RunSettings } from './config-kind.ts';
import { valueText } from './setting-text.ts';

/**
 * Compares the configuration of a run with the one that its checkpoint was trained with. They differ where somebody has edited
 * `config.json`, where it is damaged, and where a setting was changed after the checkpoint. Earlier versions kept no configuration in
 * a checkpoint.
 *
 * @returns what differs and may, one sentence each
 * @throws UserError if a setting differs that must not change within a run
 */
export function configChanges<Config extends RunSettings>(
  kind: ConfigKind<Config>,
  runFolder: string,
  own: Config,
  { step, state }: { readonly step: number; readonly state: JsonObject },
): readonly string[] {
  const trained = state.config;
  if (typeof trained !== 'object' || trained === null || Array.isArray(trained)) return [];
  const changes: string[] = [];
  for (const [name, before] of Object.entries(trained)) {
    const now = own[name as keyof Config];
    if (now === undefined || isDeepStrictEqual(now, before)) continue;
    const difference = `${runFolder}/config.json has ${name} ${settingText(kind, name, now)}, but the checkpoint of step ${step} was trained with ${settingText(kind, name, before)}`;
    if (!kind.table.rows[name]?.changesOnResume) throw new UserError(`${difference}: restore config.json from a copy.`);
    changes.push(`${difference}; what config.json has holds from here on.`);
  }
  return changes;
}

/** A value of a setting as it is typed. */
export function settingText<Config extends RunSettings>(
  kind: ConfigKind<Config>,
  name: string,
  value: unknown,
): string {
  const row = kind.table.rows[name];
  // That of a checkpoint is unchecked.
  const isTyped = value === null || (typeof value === 'object' && Object.values(value).every(Number.isFinite));
  return (row?.kind === 'size' || row?.kind === 'numbers') && isTyped ? valueText(row, value) : JSON.stringify(value);
}
