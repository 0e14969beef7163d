// How the command starts from a checkout on Node, which knows no TypeScript. To compile each module as it is loaded takes
// longer than most commands do. So the command is kept compiled in .cache, with the time and size of every file it was made
// of, and is made again when one of them differs.
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = path.dirname(fileURLToPath(import.meta.url));
const entry = path.join(folder, 'src', 'main.ts');
const cache = path.join(folder, '.cache');
const compiled = path.join(cache, 'main.js');

/**
 * Runs the command line.
 *
 * @param {string[]} args what follows the command's name
 * @returns {Promise<number>} the exit code
 */
export async function runCheckout(args) {
  const module = isCurrent() || (await compile()) ? compiled : entry;
  if (module === entry) {
    const { register } = await import('tsx/esm/api');
    register();
  }
  // For stack traces to name the sources; otherwise it would only take time.
  if (args.includes('--debug')) process.setSourceMapsEnabled(true);
  const { main } = await import(pathToFileURL(module).href);
  return main(args);
}

/** Time and size of files, by path relative to this folder. */
function stamp(files) {
  return Object.fromEntries(
    files.map((file) => {
      const { mtimeMs, size } = statSync(path.join(folder, file));
      return [file, [mtimeMs, size]];
    }),
  );
}

function isCurrent() {
  try {
    const text = readFileSync(compiled, 'utf8');
    const made = JSON.parse(text.slice(text.lastIndexOf('\n//') + '\n//'.length));
    return JSON.stringify(stamp(Object.keys(made))) === JSON.stringify(made);
  } catch {
    return false;
  }
}

/** @returns false where it cannot be done: a read-only folder, or a fault in a source, of which tsx tells more */
async function compile() {
  try {
    const { compileSources } = await import('./compile-sources.js');
    await compileSources({ main: entry }, cache, (sources) => {
      const files = ['run-checkout.js', 'compile-sources.js', ...sources.map((file) => path.relative(folder, file))];
      return `//${JSON.stringify(stamp(files))}\n`;
    });
    return true;
  } catch {
    return false;
  }
}
