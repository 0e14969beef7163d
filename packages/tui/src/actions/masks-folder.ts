import { dirname, resolve } from 'node:path';
import { isFolder } from '@instagan/core/data';

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
