import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
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
  /** A setting that the file says it was made with. */
  number(setting: string): number;
}

/** The path of one of the weight files under `authors/`. */
export function parityFile(name: string): string {
  return path.join(PARITY_FOLDER, 'authors', name);
}

/** Reads one of the `.safetensors` files under `authors/`. */
export async function readParityArrays(file: string): Promise<ParityArrays> {
  return (await readArrays(parityFile(file))).arrays;
}

/**
 * The gradients of the generators in float64, where they were computed for the fixture in use: those in
 * `test/fixtures/parity-float64` (its README says how to make others), or `step_float64.safetensors` in the fixture itself.
 */
export async function readFloat64Gradients(): Promise<ParityArrays | null> {
  const step = createHash('sha256')
    .update(await readFile(parityFile('step.safetensors')))
    .digest('hex');
  const repository = fileURLToPath(new URL('../fixtures/parity-float64/gradients.safetensors', import.meta.url));
  for (const file of [parityFile('step_float64.safetensors'), repository]) {
    if (!existsSync(file)) continue;
    const { arrays, metadata } = await readArrays(file);
    if (metadata.step_sha256 === step) return arrays;
  }
  return null;
}

async function readArrays(fullPath: string): Promise<{ arrays: ParityArrays; metadata: Record<string, string> }> {
  const { arrays, metadata } = decodeSafetensors(await readFile(fullPath), fullPath);
  return {
    metadata,
    arrays: {
      names: [...arrays.keys()],
      get: (name) => {
        const array = arrays.get(name);
        if (array === undefined) throw new Error(`${fullPath} holds no array named ${name}.`);
        return array;
      },
      number: (setting) => {
        const value = Number(metadata[setting]);
        if (!Number.isFinite(value)) throw new Error(`${fullPath} does not say its ${setting}.`);
        return value;
      },
    },
  };
}
