import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeSafetensors, type NamedArray } from '@instagan/core';

/** The numbers computed with the authors' network definitions: `PARITY_DIR`, or the copy in `test/fixtures`. */
export const PARITY_FOLDER = path.resolve(
  process.env.PARITY_DIR ?? fileURLToPath(new URL('../fixtures/parity', import.meta.url)),
);

export interface ParityArrays {
  /** The array of this name, in the authors' NCHW layout. */
  get(name: string): NamedArray;
  readonly names: readonly string[];
}

/** Reads one of the `.safetensors` files under `authors/`. */
export function readParityArrays(file: string): Promise<ParityArrays> {
  return readArrays(parityFile(file));
}

/** The generators' gradients in float64; see the README beside them. */
export function readFloat64Gradients(): Promise<ParityArrays> {
  return readArrays(fileURLToPath(new URL('../fixtures/parity-float64/gradients.safetensors', import.meta.url)));
}

async function readArrays(fullPath: string): Promise<ParityArrays> {
  const { arrays } = decodeSafetensors(await readFile(fullPath), fullPath);
  return {
    names: [...arrays.keys()],
    get: (name) => {
      const array = arrays.get(name);
      if (array === undefined) throw new Error(`${fullPath} holds no array named ${name}.`);
      return array;
    },
  };
}

/** The path of one of the weight files under `authors/`. */
export function parityFile(name: string): string {
  return path.join(PARITY_FOLDER, 'authors', name);
}
