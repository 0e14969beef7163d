import { createHash } from 'node:crypto';
import { appendFile, lstat, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '@instagan/core';

/** In a folder of outputs: what was written there, a line for each file, with the SHA-256 of its content. */
export const RECORD_FILE = '.instagan-written';

/**
 * The files that this tool has written into a folder, and still are as it wrote them. Others are the user's, and so is one that was
 * changed since, such as a mask that somebody corrected: they are replaced only if that is asked for.
 */
export class WrittenFiles {
  readonly #folder: string;
  readonly #hashes = new Map<string, string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<WrittenFiles> {
    const written = new WrittenFiles(folder);
    const text = await readFile(path.join(folder, RECORD_FILE), 'utf8').catch(() => '');
    for (const line of text.split('\n')) {
      const [, hash, name] = /^([0-9a-f]{64}) (.+)$/.exec(line) ?? [];
      if (hash !== undefined && name !== undefined) written.#hashes.set(name, hash);
    }
    return written;
  }

  /** Whether something is there that this tool did not leave so. @param name of a file in the folder */
  async isForeign(name: string): Promise<boolean> {
    const file = path.join(this.#folder, name);
    const found = await lstat(file).catch(() => null);
    if (found === null) return false;
    return !found.isFile() || (await hashOf(file)) !== this.#hashes.get(name);
  }

  /** Records that files were written; processes may do so side by side. */
  async add(names: readonly string[]): Promise<void> {
    const lines: string[] = [];
    for (const name of names) {
      const hash = await hashOf(path.join(this.#folder, name));
      if (this.#hashes.get(name) === hash) continue;
      this.#hashes.set(name, hash);
      lines.push(`${hash} ${name}\n`);
    }
    if (lines.length > 0) await appendFile(path.join(this.#folder, RECORD_FILE), lines.join(''));
  }
}

/** Records files that were written, in the folder of each. */
export async function recordWritten(files: readonly string[]): Promise<void> {
  for (const [folder, names] of byFolder(files)) await (await WrittenFiles.open(folder)).add(names);
}

/** Names of files by the folder that they lie in. */
function byFolder(files: readonly string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const file of files) {
    const names = folders.get(path.dirname(file)) ?? [];
    names.push(path.basename(file));
    folders.set(path.dirname(file), names);
  }
  return folders;
}

/** What is going to be written into a folder. */
export interface PlannedFiles {
  readonly folder: string;
  /** The option that names the folder. */
  readonly option: string;
  /** Of the images that files are named after; with `/`, these lie in folders below. */
  readonly names: readonly string[];
  /** Whether a file of that name, relative to the folder, is written, or removed because it is left of an earlier time. */
  readonly isTaken: (name: string) => boolean;
}

/**
 * Refuses to replace or remove what this tool did not write.
 *
 * @throws UsageError naming the first such file
 */
export async function refuseForeign(plans: readonly PlannedFiles[]): Promise<void> {
  for (const { folder, option, names, isTaken } of plans) {
    const foreign: string[] = [];
    for (const below of byFolder(names).keys()) {
      const written = await WrittenFiles.open(path.join(folder, below));
      for (const name of (await readdir(path.join(folder, below)).catch(() => [])).sort()) {
        const relative = path.posix.join(below, name);
        if (isTaken(relative) && (await written.isForeign(name))) foreign.push(relative);
      }
    }
    if (foreign.length === 0) continue;
    const more = foreign.length === 1 ? '' : ` and ${foreign.length - 1} more`;
    throw new UsageError(
      `${path.join(folder, foreign[0] as string)}${more} would be replaced, which this command did not write or somebody has changed since: choose another ${option}, or add --overwrite.`,
    );
  }
}

/** The file of a mask in the dataset layout. */
export function maskFile(folder: string, name: string, number: number): string {
  return path.join(folder, `${name}_${number}.png`);
}

/** Whether a file is named as a mask of one of these images. */
export function isMaskOf(names: ReadonlySet<string>): (file: string) => boolean {
  return (file) => {
    const [, name] = /^(.+)_\d+\.png$/.exec(file) ?? [];
    return name !== undefined && names.has(name);
  };
}

/** Removes the masks of an image that are not among those to keep: what was written there earlier. */
export async function removeOtherMasks(folder: string, name: string, keep: ReadonlySet<string>): Promise<void> {
  const place = path.dirname(path.join(folder, name));
  const isMask = isMaskOf(new Set([path.basename(name)]));
  for (const entry of await readdir(place).catch(() => [])) {
    const file = path.join(place, entry);
    if (isMask(entry) && !keep.has(file)) await rm(file);
  }
}

async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
