import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { decodeSafetensors, type SafetensorsContent } from '../safetensors.ts';

const repository = resolve(import.meta.dirname, '../../../../..');
const candidates = [
  ...(process.env.PARITY_DIR === undefined ? [] : [resolve(process.env.PARITY_DIR)]),
  resolve(repository, 'test/fixtures/parity'),
  resolve(process.env.INSTAGAN_SHARED ?? resolve(repository, '../shared'), 'parity'),
];

/** The folder of the parity fixtures of one kind, in `PARITY_DIR` or else where they usually are, or `null` where this checkout has none. */
export function parityFolder(kind: 'authors' | 'translate'): string | null {
  return candidates.map((folder) => resolve(folder, kind)).find(existsSync) ?? null;
}

/** Given to tap's `skip`: false where the fixtures are there, else the reason. */
export function skipWithoutParity(kind: 'authors' | 'translate'): string | false {
  if (parityFolder(kind) !== null) return false;
  return `no parity/${kind} fixtures: set INSTAGAN_SHARED to the folder that holds parity/`;
}

/** Reads one of the `.safetensors` files of the authors' networks. */
export function readParityArrays(name: string): SafetensorsContent {
  return decodeSafetensors(readFileSync(resolve(parityFolder('authors') as string, name)), name);
}

/** The sizes that the authors' generator has, by what is said beside its inputs and outputs. */
export function authorsGeneratorSize(): { readonly ngf: number; readonly blocks: number } {
  const { metadata } = readParityArrays('generator_io.safetensors');
  return { ngf: Number(metadata.ngf), blocks: Number(metadata.n_blocks) };
}
