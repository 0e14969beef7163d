import { readFileSync } from 'node:fs';
import path from 'node:path';

const TEST = /^(void )?t\.test\(/;
const AWAITED = /^(?!.*\bt\.test\().*\bawait /;

/**
 * Refuses files that wait for something between their tests: tap takes such a file for done whenever the tests before are over
 * while it waits, and then fails it, on slow machines only. What is awaited belongs above the first test.
 *
 * @param {readonly string[]} files relative to `root`
 * @throws Error naming the file and the line
 */
export function refuseLateAwaits(files, root) {
  for (const file of files) {
    const lines = readFileSync(path.join(root, file), 'utf8').split('\n');
    const first = lines.findIndex((line) => TEST.test(line));
    const late = lines.findIndex((line, i) => first >= 0 && i > first && /^\S/.test(line) && AWAITED.test(line));
    if (late >= 0) throw new Error(`${file}:${late + 1}: move this above the first test, as tap does not wait for it.`);
  }
}
