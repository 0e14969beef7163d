import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, nameOfUnfinished, UsageError, UserError, writeAtomically } from '@instagan/core/data';

/** The file that tells a drawn set from other folders, and with which options it was drawn. */
const MARKER = 'dataset.json';
const DRAWN_BY = 'instagan dataset draw';
const LICENCE = 'LICENSE.txt';
const IMAGE_FOLDERS = ['trainA', 'trainB', 'testA', 'testB'];
const FOLDERS = IMAGE_FOLDERS.flatMap((folder) => [folder, `${folder}_seg`]);

const DRAWN_FILE = /^(sheep|giraffe)-\d{5}(_\d)?\.png$/;
/** Files that file managers put into every folder; they are left where they are. */
const CLUTTER = ['.DS_Store', 'Thumbs.db', 'desktop.ini'];

const LICENCE_TEXT = `The pictures and masks in this folder were drawn by "${DRAWN_BY}".
They are in the public domain (CC0 1.0): use, change and share them for any purpose, without asking or naming anyone.
https://creativecommons.org/publicdomain/zero/1.0/
`;

/** What a drawn set records of itself. */
export interface DrawnSetRecord {
  readonly seed: number;
  readonly count: number;
  readonly testCount: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Makes the folders of a drawn set. A drawn set that is already there is removed first, file by file.
 *
 * @throws UsageError if `output` is a file, or holds anything that was not drawn; nothing is changed then; UserError
 *   if it cannot be written
 */
export async function openDrawnFolder(output: string, record: DrawnSetRecord): Promise<void> {
  const old = await drawnFiles(output);
  await writeRecord(output, record, false);
  await writeAtomically(join(output, LICENCE), LICENCE_TEXT);
  try {
    for (const file of old) await rm(file);
    for (const folder of FOLDERS) await makeFolder(join(output, folder));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`Cannot write to ${output}: ${why}; check the folder, its rights and the free space.`);
  }
}

/** Records that every picture of the set is there. */
export async function closeDrawnFolder(output: string, record: DrawnSetRecord): Promise<void> {
  await writeRecord(output, record, true);
}

async function writeRecord(output: string, record: DrawnSetRecord, complete: boolean): Promise<void> {
  const content = { drawnBy: DRAWN_BY, ...record, domains: { A: 'sheep', B: 'giraffe' }, license: 'CC0-1.0', complete };
  await writeAtomically(join(output, MARKER), `${JSON.stringify(content, null, 2)}\n`, { makesFolder: true });
}

/** Pictures and masks of a drawn set in `output`, unfinished files too; none if the folder is missing or empty. */
async function drawnFiles(output: string): Promise<string[]> {
  const status = await stat(output).catch(() => null);
  if (status === null) return [];
  if (!status.isDirectory()) throw new UsageError(`${output} is a file: give --output a new or empty folder.`);
  const entries = (await readdir(output, { withFileTypes: true })).filter(({ name }) => !CLUTTER.includes(name));
  if (entries.length === 0) return [];
  if (!(await isDrawnSet(output))) {
    throw new UsageError(`${output} is not empty (it holds ${entries[0]?.name}): give --output a new or empty folder.`);
  }
  const files: string[] = [];
  for (const entry of entries) {
    if (entry.isFile() && [MARKER, LICENCE].includes(entry.name)) continue;
    if (entry.isFile() && [MARKER, LICENCE].includes(nameOfUnfinished(entry.name) ?? '')) {
      files.push(join(output, entry.name));
      continue;
    }
    if (!entry.isDirectory() || !FOLDERS.includes(entry.name)) throw foreign(join(output, entry.name));
    for (const file of await readdir(join(output, entry.name), { withFileTypes: true })) {
      const path = join(output, entry.name, file.name);
      if (CLUTTER.includes(file.name)) continue;
      if (!file.isFile() || !DRAWN_FILE.test(nameOfUnfinished(file.name) ?? file.name)) throw foreign(path);
      files.push(path);
    }
  }
  return files;
}

function foreign(path: string): UsageError {
  return new UsageError(`${path} was not drawn here and would be mixed up: move it away or choose another --output.`);
}

async function isDrawnSet(output: string): Promise<boolean> {
  try {
    const content: unknown = JSON.parse(await readFile(join(output, MARKER), 'utf8'));
    return typeof content === 'object' && content !== null && 'drawnBy' in content && content.drawnBy === DRAWN_BY;
  } catch {
    return false;
  }
}
