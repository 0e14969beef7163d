import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors.ts';
import { makeFolder, syncFolder, writeNewFile } from './files.ts';

export interface WriteOptions {
  /** Whether to wait until the content and the name are on the disk, so that they survive a power cut. @default false */
  readonly durable?: boolean;
  /** Whether to make the folder. @default false: what keeps the state of a run must not revive a folder that was moved away */
  readonly makesFolder?: boolean;
  /** Whether no other process writes this file: what killed ones left of it is removed first. @default false */
  readonly isOnlyWriter?: boolean;
}

/**
 * Writes a file whole or not at all: beside its place, in a hidden file, which is then renamed. Readers find what was there before or
 * all that is new. A write that fails leaves nothing behind; one that is killed leaves a file that {@link nameOfUnfinished} knows. Only
 * files are replaced: renamed over a device or a named pipe, the file would take its place for all programs.
 *
 * @throws UserError with the file and the fix, such as on a full disk
 */
export async function writeAtomically(
  file: string,
  content: Uint8Array | string,
  { durable = false, makesFolder = false, isOnlyWriter = false }: WriteOptions = {},
): Promise<void> {
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}.part`);
  try {
    await refuseAllButFiles(file);
    if (makesFolder) await makeFolder(path.dirname(file));
    if (isOnlyWriter) await removeUnfinished(path.dirname(file), path.basename(file));
    await writeNewFile(beside, content, durable);
    await rename(beside, file);
    if (durable) await syncFolder(path.dirname(file));
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw writeFailure(file, error);
  }
}

/** @throws UserError if something is there that is neither a file nor a link to one */
async function refuseAllButFiles(file: string): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found === null || found.isFile()) return;
  const what = found.isDirectory()
    ? 'a folder'
    : found.isFIFO()
      ? 'a named pipe'
      : found.isSocket()
        ? 'a socket'
        : 'a device';
  throw new UserError(`Cannot write ${file}: it is ${what}, not a file; choose another place.`);
}

/** The file that this one was to become, had its writer not been killed; undefined for all other names. */
export function nameOfUnfinished(name: string): string | undefined {
  return /^\.(.+)\.[0-9a-f]{12}\.part$/.exec(name)?.[1];
}

/**
 * Removes from a folder, which may not be there, what killed writers left. For its only writer.
 *
 * @param of the one file that is meant; otherwise all are
 */
export async function removeUnfinished(folder: string, of?: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const unfinished = nameOfUnfinished(name);
    if (unfinished !== undefined && (of === undefined || of === unfinished))
      await rm(path.join(folder, name), { force: true });
  }
}

/** What to tell when a file could not be written. @returns `error` itself if that tells it already */
export function writeFailure(file: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  const reason = reasonOf(error as NodeJS.ErrnoException);
  return new UserError(`Cannot write ${file}: ${reason}, then run the same command again.`, { cause: error });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full; free some space';
  if (code === 'ENOENT') return 'its folder does not exist; make it';
  if (code === 'ENAMETOOLONG') return 'its name is too long; rename what it is named after';
  if (code === 'EROFS') return 'the file system is read-only; choose another place';
  return `${message}; check the folder and its rights`;
}
