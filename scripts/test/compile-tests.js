import path from 'node:path';
import { compileSources } from '../../packages/tui/compile-sources.js';

/**
 * Compiles files of tests with all that they import, at once: to compile each module as a process loads it takes longer
 * than most tests do.
 *
 * @param {readonly string[]} files relative to `root`
 * @param {string} folder absolute; FOLDER/a/b.test.js becomes of a/b.test.ts
 */
export async function compileTests(files, root, folder) {
  const entryPoints = files.map((file) => [withoutEnding(file), path.join(root, file)]);
  await compileSources(Object.fromEntries(entryPoints), folder);
}

/** @param {string} file */
export function withoutEnding(file) {
  return file.replace(/\.tsx?$/, '');
}
