// Compiles TypeScript of this repository to modules that Node loads as they are: the command in a checkout, and the tests.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
/** What modules share lies here, named by its content. */
const SHARED = 'shared';
/** After which what is no longer used goes: a command that was started before may still load it. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/**
 * Compiles modules with all of this repository that they import; packages from npm are imported as they are. Files appear
 * whole, and those of `entryPoints` last, so several processes may do this at once.
 *
 * @param {Record<string, string>} entryPoints source files, each under the name of its compiled form, without the ending
 * @param {string} folder absolute, for the compiled modules
 * @param {(sources: string[]) => string} lastLineOf a comment that ends each entry point, made of the paths of all sources
 * @throws Error if a source has a fault, or the folder cannot be written
 */
export async function compileSources(entryPoints, folder, lastLineOf = () => '') {
  const { resolve } = createRequire(import.meta.url);
  const worker = path.join(path.dirname(resolve('@instagan/datasets')), 'pairs', 'decode-worker.ts');
  const { metafile, outputFiles } = await build({
    entryPoints: { ...entryPoints, [`${SHARED}/decode-worker`]: worker },
    outdir: folder,
    absWorkingDir: here,
    chunkNames: `${SHARED}/[name]-[hash]`,
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    plugins: [packagesStayOutside, addressesStay(folder)],
    logLevel: 'silent',
  });
  const lastLine = lastLineOf(Object.keys(metafile.inputs).map((file) => path.join(here, file)));
  const entries = new Set(Object.keys(entryPoints).map((name) => path.join(folder, `${name}.js`)));
  for (const file of outputFiles) if (!entries.has(file.path)) writeWhole(file.path, file.text);
  for (const file of outputFiles) if (entries.has(file.path)) writeWhole(file.path, file.text + lastLine);
  removeUnused(path.join(folder, SHARED), new Set(outputFiles.map((file) => file.path)));
}

function writeWhole(file, text) {
  const unfinished = `${file}.${process.pid}`;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}

function removeUnused(folder, used) {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    // Another process may have given it its final name, or removed it.
    const { mtimeMs = Date.now() } = statSync(file, { throwIfNoEntry: false }) ?? {};
    if (!used.has(file) && Date.now() - mtimeMs > KEPT_MS) rmSync(file, { force: true });
  }
}

/** Packages of this repository are TypeScript: they are compiled along. */
const packagesStayOutside = {
  name: 'packages-stay-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ kind, path: name }) => {
      if (kind === 'entry-point' || name.startsWith('@instagan/')) return undefined;
      return { path: name, external: true };
    });
  },
};

/**
 * Modules find files beside their source as if they were not compiled. Only what starts the decode worker is told to look
 * for it among the compiled modules.
 */
function addressesStay(folder) {
  return {
    name: 'addresses-stay',
    setup({ onLoad }) {
      onLoad({ filter: /\.[jt]sx?$/ }, ({ path: file }) => {
        const address = path.basename(file) === 'start-worker.ts' ? path.join(folder, SHARED, 'start-worker.js') : file;
        const contents = readFileSync(file, 'utf8')
          .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(address).href))
          .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(address)));
        return { contents, loader: path.extname(file).slice(1) };
      });
    },
  };
}
