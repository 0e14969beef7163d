import { constants, mkdir, open, readFile, stat } from 'node:fs/promises';
import os from 'node:os';
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

/** Whether there is a file or folder, or anything else, of this name. */
export async function isThere(place: string): Promise<boolean> {
  return (await stat(place).catch(() => null)) !== null;
}

export async function isFolder(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => null))?.isDirectory() ?? false;
}

export async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null))?.isFile() ?? false;
}

/** Where builds and downloads are kept between runs: `INSTAGAN_CACHE`, else `~/.cache/instagan`. */
export function cacheFolder(): string {
  return process.env.INSTAGAN_CACHE || path.join(os.homedir(), '.cache', 'instagan');
}

/**
 * Opens what is read of a folder, where nobody names each file: a named pipe in the place of one is empty. Whoever opens it otherwise waits
 * for a writer, and cannot be stopped meanwhile.
 */
export const NOT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * A text file that a person may have written: in UTF-8, or in UTF-16 with a byte-order mark, as editors and shells of Windows write
 * it. The mark is no part of the text.
 *
 * @param flag how to open it, such as {@link NOT_WAITING}. @default for reading
 */
export async function readText(file: string, flag?: number): Promise<string> {
  const bytes = await readFile(file, flag === undefined ? {} : { flag });
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}

/** The error for a file that the system does not give, in words; any other error as it is. */
export function cannotBeRead(file: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case undefined:
      return error;
    case 'ENOENT':
    case 'ENOTDIR':
      return new UserError(`There is no file or folder ${file}: check the path.`);
    case 'EISDIR':
      return new UserError(`${file} is a folder, and a file is wanted: give a file in it.`);
    case 'EACCES':
    case 'EPERM':
      return new UserError(`${file} may not be read: change its rights.`);
    default:
      return new UserError(`${file} cannot be read (${code}): check the disk and the path.`);
  }
}

/** The first bytes of a file: so many, or all if there are fewer. Waits for no named pipe. */
export async function readHead(file: string, length: number): Promise<Buffer> {
  const handle = await open(file, NOT_WAITING);
  try {
    const head = Buffer.alloc(length);
    const { bytesRead } = await handle.read(head, 0, length, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
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
