import { mkdir, open } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/**
 * Makes a folder and those above it. By an absolute path: Node never ends the call on a relative one if the working folder
 * was deleted meanwhile.
 */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(path.resolve(folder), { recursive: true });
}

/** Where builds and downloads are kept between runs: `INSTAGAN_CACHE`, else `~/.cache/instagan`. */
export function cacheFolder(): string {
  return process.env.INSTAGAN_CACHE || path.join(os.homedir(), '.cache', 'instagan');
}

/** Codes with which systems refuse to open or sync a folder; there, renames are ordered without it. */
const NO_FOLDER_SYNC = new Set(['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF', 'ENOSYS']);

/**
 * Writes a file that must not exist yet.
 *
 * @param isDurable whether to wait until its content is on the disk; its name is when its folder is synced
 */
export async function writeNewFile(file: string, content: Uint8Array | string, isDurable: boolean): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(content);
    if (isDurable) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Waits until the names in a folder (files created, renamed, removed) are on the disk, where the system can. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!NO_FOLDER_SYNC.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
