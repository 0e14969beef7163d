// How the command starts from a checkout on Node, which knows no TypeScript: tsx compiles each module as it is loaded.
// Starting tsx takes longer than printing help. So src/main.ts with what it imports statically, which is all that help
// and mistakes need, is kept compiled in .cache; tsx starts when an action is about to be loaded. The cache holds the time
// and size of every file it was made of, and is made again when one of them differs.
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
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
  const startTsx = async () => {
    const { register } = await import('tsx/esm/api');
    register();
  };
  if (isCurrent() || (await compile())) {
    const { main } = await import(pathToFileURL(compiled).href);
    return main(args, startTsx);
  }
  await startTsx();
  const { main } = await import(pathToFileURL(entry).href);
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
    const made = JSON.parse(text.slice('//'.length, text.indexOf('\n')));
    return JSON.stringify(stamp(Object.keys(made))) === JSON.stringify(made);
  } catch {
    return false;
  }
}

/** @returns false where it cannot be done: a read-only folder, or a fault in a source, of which tsx tells more */
async function compile() {
  try {
    const { build } = await import('esbuild');
    const { metafile, outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      metafile: true,
      absWorkingDir: folder,
      outfile: compiled,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      plugins: [actionsStayOutside, siblingsComeAlong, modulesKnowTheirPlace],
      logLevel: 'silent',
    });
    const made = stamp(['run-checkout.js', ...Object.keys(metafile.inputs)]);
    const unfinished = `${compiled}.${process.pid}`;
    mkdirSync(cache, { recursive: true });
    writeFileSync(unfinished, `//${JSON.stringify(made)}\n${outputFiles[0].text}`);
    renameSync(unfinished, compiled);
    return true;
  } catch {
    return false;
  }
}

/** What is imported while the command runs is loaded from its source. */
const actionsStayOutside = {
  name: 'actions-stay-outside',
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ kind, resolveDir, path: imported }) => {
      if (kind !== 'dynamic-import') return undefined;
      const file = path.relative(cache, path.join(resolveDir, imported));
      return { path: file.split(path.sep).join('/'), external: true };
    });
  },
};

/** Packages of this repository are TypeScript too: what is imported of them statically is compiled with the rest. */
const siblingsComeAlong = {
  name: 'siblings-come-along',
  setup(build) {
    const { resolve } = createRequire(path.join(folder, 'package.json'));
    build.onResolve({ filter: /^@instagan\// }, ({ path: imported }) => ({ path: resolve(imported) }));
  },
};

/** What a module names relative to itself, such as a data file, is found from where its source lies. */
const modulesKnowTheirPlace = {
  name: 'modules-know-their-place',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path: file }) => ({
      contents: readFileSync(file, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href)),
      loader: 'ts',
    }));
  },
};
