import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors.ts';

/**
 * Makes a folder and those above it. One by one: where a file system makes no folders, as below /proc, or the working folder
 * was deleted meanwhile, Node never ends its recursive call, and on a read-only disk it says that there is no such folder.
 *
 * @param mode rights of the folders that are made, before the umask
 * @throws UserError if none can be made there; else what the system says, with its code
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  const target = path.resolve(folder);
  if (await isMade(target, mode)) return;
  const parent = path.dirname(target);
  if (parent !== target) await makeFolder(parent, mode);
  if (await isMade(target, mode)) return;
  throw new UserError(`${target} cannot be made, as ${parent} takes no new folders: choose another place.`);
}

/** @returns whether the folder is there now; false if the one above it is not */
async function isMade(target: string, mode: number): Promise<boolean> {
  try {
    await mkdir(target, { mode });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    // Some systems refuse before they look whether it is there.
    if (await isFolder(target)) return true;
    throw error;
  }
}

function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
