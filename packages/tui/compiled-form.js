// Node knows no TypeScript, and to compile each module as it is loaded takes longer than most programs do. So a program is
// kept compiled, with the time and size of every file it was made of, and is made again when one of them differs.
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const COMPILER = ['compiled-form.js', 'compile-sources.js'].map((name) => path.join(here, name));

/**
 * The compiled form of a program of this repository.
 *
 * @param {string} source absolute path of its first module
 * @param {string} folder absolute, for compiled modules
 * @param {string} name of the compiled form in `folder`, without its ending
 * @returns {Promise<string | null>} its path; null where it cannot be made: a folder that is read-only, or a fault in a
 * source, of which tsx tells more
 */
export async function compiledForm(source, folder, name) {
  const compiled = path.join(folder, `${name}.js`);
  if (isCurrent(compiled)) return compiled;
  try {
    const { compileSources } = await import('./compile-sources.js');
    await compileSources({ [name]: source }, folder, (sources) => {
      return `//${JSON.stringify(
        stamp(
          [...COMPILER, ...sources].map((file) => path.relative(folder, file)),
          folder,
        ),
      )}\n`;
    });
    return compiled;
  } catch {
    return null;
  }
}

function isCurrent(compiled) {
  try {
    const text = readFileSync(compiled, 'utf8');
    const made = JSON.parse(text.slice(text.lastIndexOf('\n//') + '\n//'.length));
    return JSON.stringify(stamp(Object.keys(made), path.dirname(compiled))) === JSON.stringify(made);
  } catch {
    return false;
  }
}

/** Time and size of files, by path relative to a folder. */
function stamp(files, folder) {
  return Object.fromEntries(
    files.map((file) => {
      const { mtimeMs, size } = statSync(path.join(folder, file));
      return [file, [mtimeMs, size]];
    }),
  );
}
