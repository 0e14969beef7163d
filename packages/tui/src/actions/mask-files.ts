import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

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

/**
 * The folder with the masks of the images at `input`: the one given, else the one beside them with `_seg` added
 * (`testA_seg` for `testA` and for `testA/NAME.png`).
 *
 * @param say told the folder that was found
 * @returns null if none was given and there is none beside them
 */
export async function findMasksFolder(
  input: string,
  given: string | undefined,
  say: (text: string) => void,
): Promise<string | null> {
  if (given !== undefined) return given;
  const folder = (await isFolder(input)) ? resolve(input) : dirname(resolve(input));
  const beside = `${folder}_seg`;
  if (!(await isFolder(beside))) return null;
  say(`Masks from ${beside}`);
  return beside;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
