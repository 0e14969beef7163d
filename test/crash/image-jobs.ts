import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CrashJob } from './crash-job.ts';
import { digest, digests } from './digests.ts';

/** What each command records of its own files, as far as it was written. */
const RECORD = '.instagan-written';
/** Files that a command must leave alone, however much their names look like its own. */
const OF_THE_USER = [
  'notes.txt',
  'sheep-00001_seg.png',
  'sheep-00099_0.png',
  '.sheep-00001.png.part',
  '.mine.png.0123456789ab.part',
];

const COMPUTE = '--backend wasm --threads 1'.split(' ');

/** What is killed while it writes a folder of pictures, and then begun again as if nothing had been. */
function imageJob(name: string, command: (output: string) => string[], folders: readonly string[]): CrashJob {
  return {
    name,
    command,
    isBegun: () => false,
    prepare: async (folder, output) => {
      for (const place of folders.map((ending) => path.join(folder, output + ending))) {
        await mkdir(place, { recursive: true });
        for (const file of OF_THE_USER) await writeFile(path.join(place, file), `of the user: ${file}`);
      }
    },
    outcome: async (folder, output) => {
      const result: Record<string, string> = {};
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        if (!entry.name.includes(output)) continue;
        const place = path.join(folder, entry.name);
        const found = entry.isDirectory() ? await outcomeOf(place) : { '': digest(await readFile(place)) };
        for (const [file, value] of Object.entries(found)) {
          result[path.posix.join(entry.name.replace(output, 'output'), file)] = value;
        }
      }
      if (!Object.keys(result).some((file) => file.endsWith('_0.png'))) throw new Error(`${name}: no mask was written`);
      return result;
    },
  };
}

/** Digests of all files; the record counts for the files that it vouches for. */
async function outcomeOf(folder: string): Promise<Record<string, string>> {
  const files = await digests(folder, [RECORD]);
  const record = await readFile(path.join(folder, RECORD), 'utf8').catch(() => '');
  const lines = new Set(record.split('\n'));
  const vouchedFor = Object.entries(files).filter(([name, sha256]) => lines.has(`${sha256} ${name}`));
  return { ...files, [RECORD]: vouchedFor.map(([name]) => name).join(' ') };
}

export const TRANSLATION = imageJob(
  'translation',
  (output) => [
    ...[
      'translate',
      '--run',
      'model',
      '--input',
      'meadow/trainA',
      '--output',
      output,
      '--sheet',
      `${output}-sheet.png`,
    ],
    ...['--save-masks', `${output}-used`, ...COMPUTE],
  ],
  ['', '_seg', '-used'],
);

export const PREDICTION = imageJob(
  'prediction',
  (output) => [
    ...['segmenter', 'predict', '--run', 'finder', '--input', 'meadow/trainA', '--output', output],
    ...['--overlay', `${output}-overlay`, '--batch', '1', '--min-confidence', '0', '--min-area', '0', ...COMPUTE],
  ],
  ['', '-overlay'],
);
