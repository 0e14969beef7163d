import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, 'finds');

/** Inputs that once were read wrongly, by the name of their file. They are kept for good: `npm test` reads them all again. */
export function findsOf(target: string): { readonly name: string; readonly input: Uint8Array }[] {
  const folder = path.join(ROOT, target);
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => ({ name, input: Uint8Array.from(readFileSync(path.join(folder, name))) }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** @returns the file */
export function keepFind(target: string, input: Uint8Array): string {
  const folder = path.join(ROOT, target);
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, createHash('sha256').update(input).digest('hex').slice(0, 12));
  writeFileSync(file, input);
  return file;
}
