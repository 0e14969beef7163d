import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** What starts processes and trains comes first, so that at the end no core waits for the other. */
const FIRST = ['test', 'bench'];

/**
 * The files of tests among what is named, or all of the repository.
 *
 * @param {readonly string[]} named files and folders, relative to `root` or absolute
 * @returns {string[]} relative to `root`, with forward slashes
 * @throws Error if there is no such file or folder
 */
export function findTests(root, named) {
  const places = (named.length > 0 ? named : workspaces(root)).map((name) => path.resolve(root, name));
  const files = places.flatMap((place) => (statSync(place).isDirectory() ? testsIn(place) : [place]));
  return files.map((file) => path.relative(root, file).split(path.sep).join('/'));
}

function workspaces(root) {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const folders = manifest.workspaces.map((pattern) => pattern.replace(/\/\*$/, ''));
  return [...FIRST, ...folders.filter((folder) => !FIRST.includes(folder))];
}

function testsIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && name !== 'dist' && !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return testsIn(file);
      return /\.test\.tsx?$/.test(entry.name) ? [file] : [];
    });
}
