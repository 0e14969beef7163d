import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { NOT_WAITING } from '@instagan/core/events';

/** What a training in the background prints, in its run folder. */
export const OUTPUT_FILE = 'train.log';

/** The last lines that a training in the background printed; null where it has no such file. @param bytes read at most */
export function lastOutput(runFolder: string, bytes: number): string[] | null {
  let descriptor: number;
  try {
    descriptor = openSync(path.join(runFolder, OUTPUT_FILE), NOT_WAITING);
  } catch {
    return null;
  }
  try {
    const { size } = fstatSync(descriptor);
    const tail = Buffer.alloc(Math.min(bytes, size));
    const start = size - tail.length;
    const lines = tail.toString('utf8', 0, readSync(descriptor, tail, 0, tail.length, start)).split('\n');
    if (lines.at(-1) === '') lines.pop();
    // The first line is only the end of one, unless it begins the file.
    return lines.slice(start > 0 && lines.length > 1 ? 1 : 0).map(shownLine);
  } finally {
    closeSync(descriptor);
  }
}

/** A line as a terminal would show it: without colours, and only what was written over it last. */
function shownLine(line: string): string {
  const text = stripVTControlCharacters(line).trimEnd();
  return text.slice(text.lastIndexOf('\r') + 1);
}
