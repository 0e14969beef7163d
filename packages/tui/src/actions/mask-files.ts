import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The file of a mask in the dataset layout. */
export function maskFile(folder: string, name: string, number: number): string {
  return join(folder, `${name}_${number}.png`);
}

/** Removes the masks of an image that are not among those to keep: what was written there earlier. */
export async function removeOtherMasks(folder: string, name: string, keep: ReadonlySet<string>): Promise<void> {
  const prefix = `${name}_`;
  for (const entry of await readdir(folder).catch(() => [])) {
    if (!entry.startsWith(prefix) || !/^\d+\.png$/.test(entry.slice(prefix.length))) continue;
    const file = join(folder, entry);
    if (!keep.has(file)) await rm(file);
  }
}
