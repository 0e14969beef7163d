import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';

/** What a training in the background prints, in its run folder. */
export const OUTPUT_FILE = 'train.log';
const TAIL_BYTES = 4096;
const ERROR = 'instagan: ';

/** Why a training in the background ended, if the last line it printed is an error; else null. */
export function lastWords(runFolder: string): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(path.join(runFolder, OUTPUT_FILE), 'r');
  } catch {
    return null;
  }
  try {
    const tail = Buffer.alloc(TAIL_BYTES);
    const start = Math.max(0, fstatSync(descriptor).size - TAIL_BYTES);
    const text = tail.toString('utf8', 0, readSync(descriptor, tail, 0, TAIL_BYTES, start));
    const last = text.trimEnd().split('\n').at(-1) ?? '';
    return last.startsWith(ERROR) ? last.slice(ERROR.length) : null;
  } finally {
    closeSync(descriptor);
  }
}
