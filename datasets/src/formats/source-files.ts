import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { cannotBeRead, isFile, readText, UserError } from '@instagan/core/data';
import type { SplitName } from '../folder/dataset-folder.ts';
import { naturalOrder } from '../folder/natural-order.ts';

/** Larger files of annotations are not read whole. */
const MAX_TEXT_BYTES = 2 ** 28;
/** Folders deeper than this are not looked into. */
const MAX_DEPTH = 8;

/** Reads a file of annotations. @throws UserError if it cannot be read, or is larger than any that people write */
export async function readAnnotations(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size <= MAX_TEXT_BYTES) return await readText(file);
  } catch (error) {
    throw cannotBeRead(file, error);
  }
  throw new UserError(`${file} is larger than ${MAX_TEXT_BYTES / 2 ** 20} MB: split it into several files.`);
}

/** @throws UserError if the file cannot be read or is no JSON */
export async function readJson(file: string, what: string): Promise<unknown> {
  const text = await readAnnotations(file);
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`${file} is not JSON: give ${what}.`);
  }
}

/**
 * The files of a folder and those below it, with forward slashes, in natural order; hidden ones are passed over.
 *
 * @throws UserError if the folder cannot be listed
 */
export async function filesBelow(folder: string, isWanted: (name: string) => boolean): Promise<string[]> {
  const files: string[] = [];
  const visit = async (within: string, depth: number) => {
    let entries: Dirent[];
    try {
      entries = await readdir(path.join(folder, within), { withFileTypes: true });
    } catch (error) {
      throw new UserError(
        `Cannot list ${path.join(folder, within)} (${(error as NodeJS.ErrnoException).code}): give the folder of the dataset.`,
      );
    }
    for (const entry of entries.sort((a, b) => naturalOrder(a.name, b.name))) {
      if (entry.name.startsWith('.')) continue;
      const name = within === '' ? entry.name : `${within}/${entry.name}`;
      if (entry.isDirectory() && depth < MAX_DEPTH) await visit(name, depth + 1);
      else if (isWanted(name) && (await isFile(path.join(folder, name)))) files.push(name);
    }
  };
  await visit('', 0);
  return files;
}

/**
 * The picture that annotations name, in the first of several folders that has it: under its whole name, else under its last
 * part.
 *
 * @throws UserError if there is none, or the name leads out of the folders
 */
export async function locatePicture(annotations: string, name: string, folders: readonly string[]): Promise<string> {
  const parts = pathParts(name);
  const leaves = path.posix.isAbsolute(name) || path.win32.isAbsolute(name) || parts.includes('..');
  if (name.includes('\0') || parts.length === 0) {
    throw new UserError(`${annotations} names an image ${JSON.stringify(name)}, which no file has: correct it.`);
  }
  for (const folder of folders) {
    const candidates = leaves ? [] : [path.join(folder, ...parts)];
    candidates.push(path.join(folder, parts.at(-1) as string));
    for (const file of candidates) if (await isFile(file)) return file;
  }
  const outside = leaves ? ', and names that lead out of them are not followed' : '';
  throw new UserError(
    `${annotations} names ${name}, which is not in ${folders.join(' or ')}${outside}: give the folder of the images with --images.`,
  );
}

/**
 * The splits of images that lists state, a name in each line. A list that is not there states none.
 *
 * @param nameOf of an image, from a line that is not blank
 */
export async function readSplits(
  lists: readonly (readonly [file: string, split: SplitName])[],
  nameOf = (line: string) => line,
): Promise<ReadonlyMap<string, SplitName>> {
  const splits = new Map<string, SplitName>();
  for (const [file, split] of lists) {
    if (!(await isFile(file))) continue;
    for (const line of (await readAnnotations(file)).split(/\r?\n/)) {
      if (line.trim() !== '') splits.set(nameOf(line.trim()), split);
    }
  }
  return splits;
}

/** Folders and name of a path of any system. */
export function pathParts(name: string): string[] {
  return name.split(/[/\\]+/).filter((part) => part !== '' && part !== '.');
}

/** The name without the last ending. */
export function withoutEnding(name: string): string {
  return name.replace(/\.[^./\\]*$/, '');
}
