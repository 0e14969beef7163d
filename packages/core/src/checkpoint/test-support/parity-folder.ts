import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../../../../..');
const candidates = [
  resolve(repository, 'test/fixtures/parity'),
  resolve(process.env.INSTAGAN_SHARED ?? resolve(repository, '../shared'), 'parity'),
];

/** The folder of the parity fixtures of one kind, or `null` where this checkout has none. */
export function parityFolder(kind: 'authors' | 'translate'): string | null {
  return candidates.map((folder) => resolve(folder, kind)).find(existsSync) ?? null;
}

/** Given to tap's `skip`: false where the fixtures are there, else the reason. */
export function skipWithoutParity(kind: 'authors' | 'translate'): string | false {
  if (parityFolder(kind) !== null) return false;
  return `no parity/${kind} fixtures: set INSTAGAN_SHARED to the folder that holds parity/`;
}
