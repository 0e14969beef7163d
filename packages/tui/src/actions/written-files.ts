import { createHash } from 'node:crypto';
import { appendFile, lstat, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { type MaskedImage, UsageError } from '@instagan/core';
import {
  makeFolder,
  NOT_WAITING,
  nameOfUnfinished,
  readText,
  type WriteOptions,
  writeAtomically,
  writeFailure,
} from '@instagan/core/data';
import { encodeMask } from '@instagan/datasets';

/**
 * In a folder of outputs: what is written there, a line for each file, with the SHA-256 of its content. The line comes before the
 * file, so that a process that is killed between the two leaves nothing that the next one would take for the user's.
 */
export const RECORD_FILE = '.instagan-written';

/**
 * The files that this tool has written into a folder, and still are as it wrote them. Others are the user's, and so is one that was
 * changed since, such as a mask that somebody corrected: they are replaced only if that is asked for.
 */
export class WrittenFiles {
  readonly #folder: string;
  readonly #lines: ReadonlySet<string>;
  readonly #endsInLine: boolean;

  private constructor(folder: string, record: string) {
    this.#folder = folder;
    this.#lines = new Set(record.split('\n'));
    this.#endsInLine = record === '' || record.endsWith('\n');
  }

  static async open(folder: string): Promise<WrittenFiles> {
    return new WrittenFiles(folder, await readText(path.join(folder, RECORD_FILE), NOT_WAITING).catch(() => ''));
  }

  /** Whether something is there that this tool did not leave so. @param name of a file in the folder */
  async isForeign(name: string): Promise<boolean> {
    const file = path.join(this.#folder, name);
    const found = await lstat(file).catch(() => null);
    if (found === null) return false;
    return !found.isFile() || !this.#lines.has(lineOf(name, await readFile(file)));
  }

  /** Records what is about to be written; processes may do so side by side. @throws UserError if that cannot be recorded */
  async announce(contents: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const lines = [...contents].map(([name, content]) => lineOf(name, content));
    const fresh = lines.filter((line) => !this.#lines.has(line));
    if (fresh.length === 0) return;
    const file = path.join(this.#folder, RECORD_FILE);
    try {
      await makeFolder(this.#folder);
      await appendFile(file, `${this.#endsInLine ? '' : '\n'}${fresh.join('\n')}\n`);
    } catch (error) {
      throw writeFailure(file, error);
    }
  }
}

function lineOf(name: string, content: Uint8Array): string {
  return `${createHash('sha256').update(content).digest('hex')} ${name}`;
}

/** Writes a file, whole or not at all, as one that this tool may replace. @throws UserError if it cannot be written */
export async function writeOutput(
  file: string,
  content: Uint8Array,
  options: Pick<WriteOptions, 'isOnlyWriter'> = {},
): Promise<void> {
  await writeOutputs(path.dirname(file), new Map([[path.basename(file), content]]), options);
}

/** Writes files of one folder, by their names, as {@link writeOutput} does. */
async function writeOutputs(
  folder: string,
  contents: ReadonlyMap<string, Uint8Array>,
  options: Pick<WriteOptions, 'isOnlyWriter'> = {},
): Promise<void> {
  await (await WrittenFiles.open(folder)).announce(contents);
  for (const [name, content] of contents) {
    await writeAtomically(path.join(folder, name), content, { makesFolder: true, ...options });
  }
}

/**
 * Writes masks in the dataset layout, and removes those that an earlier time left of that image.
 *
 * @param name of the image; with `/`, it lies in a folder below
 * @param numbers in the names of the masks
 * @returns the files
 */
export async function writeMasks(
  folder: string,
  name: string,
  { width, height, masks }: Pick<MaskedImage, 'width' | 'height' | 'masks'>,
  numbers: readonly number[] = [...masks.keys()],
): Promise<string[]> {
  const files = numbers.map((number) => maskFile(folder, name, number));
  const contents = new Map<string, Uint8Array>();
  for (const [i, file] of files.entries()) {
    contents.set(path.basename(file), await encodeMask({ width, height, data: masks[i] as Uint8Array }));
  }
  await writeOutputs(path.dirname(path.join(folder, name)), contents);
  await removeOtherMasks(folder, name, new Set(files));
  return files;
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

/** The plan of one file. */
export function plannedFile(option: string, file: string): PlannedFiles {
  const name = path.basename(file);
  return { folder: path.dirname(file), option, names: [name], isTaken: (each) => each === name };
}

/**
 * Refuses to replace or remove what this tool did not write.
 *
 * @throws UsageError naming the first such file
 */
export async function refuseForeign(plans: readonly PlannedFiles[]): Promise<void> {
  for (const plan of plans) {
    const { folder, option, isTaken } = plan;
    const foreign: string[] = [];
    for await (const { below, entries } of plannedFolders(plan)) {
      const written = await WrittenFiles.open(path.join(folder, below));
      for (const name of entries) {
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

/** Removes what killed processes left half-written of planned files. No other process may be writing them. */
export async function removeHalfWritten(plans: readonly PlannedFiles[]): Promise<void> {
  for (const plan of plans) {
    for await (const { below, entries } of plannedFolders(plan)) {
      for (const entry of entries) {
        const name = nameOfUnfinished(entry);
        if (name === undefined || !plan.isTaken(path.posix.join(below, name))) continue;
        await rm(path.join(plan.folder, below, entry), { force: true });
      }
    }
  }
}

/** The folders that planned files lie in, relative to that of the plan, and what is there. */
async function* plannedFolders({ folder, names }: PlannedFiles): AsyncIterable<{ below: string; entries: string[] }> {
  for (const below of new Set(names.map((name) => path.dirname(name)))) {
    yield { below, entries: (await readdir(path.join(folder, below)).catch(() => [])).sort() };
  }
}

/** The file of a mask in the dataset layout. */
function maskFile(folder: string, name: string, number: number): string {
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
async function removeOtherMasks(folder: string, name: string, keep: ReadonlySet<string>): Promise<void> {
  const place = path.dirname(path.join(folder, name));
  const isMask = isMaskOf(new Set([path.basename(name)]));
  for (const entry of await readdir(place).catch(() => [])) {
    const file = path.join(place, entry);
    if (isMask(entry) && !keep.has(file)) await rm(file);
  }
}
