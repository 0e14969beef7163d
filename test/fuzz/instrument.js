// Bundles the worker with the targets and what they read, and counts in it which branches are taken.
//
//   instrument(file)  writes the bundle
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { createInstrumenter } from 'istanbul-lib-instrument';

const root = fileURLToPath(new URL('../..', import.meta.url));
const entry = fileURLToPath(new URL('./fuzz-worker.ts', import.meta.url));
/** What reads files, and what shows them. */
const READERS =
  /packages\/core\/src\/(checkpoint|config|control|events|shards)\/|datasets\/src\/|video\/src\/(nut\/|parts\/|translate\/video-plan)|tui\/src\/(dashboard\/(log|panels|state|app)|output|actions|report)\//;

/** Writes the worker to a file, as a module that counts in `globalThis.__coverage__`. */
export async function instrument(file) {
  const instrumenter = createInstrumenter({ esModules: true, compact: false });
  await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Packages of others stay outside, ours come in.
    plugins: [
      {
        name: 'instrument',
        setup({ onLoad, onResolve }) {
          onResolve({ filter: /^[^./]/ }, ({ path: name }) =>
            name.startsWith('@instagan/') ? undefined : { path: name, external: true },
          );
          onLoad({ filter: /\.ts$/ }, async ({ path: source }) => {
            const { code } = await transform(await readFile(source, 'utf8'), { loader: 'ts', format: 'esm' });
            // Files are found beside the source, not beside the bundle.
            const placed = code
              .replaceAll('import.meta.url', JSON.stringify(new URL(`file://${source}`).href))
              .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(source)));
            const name = path.relative(root, source);
            const isReader = READERS.test(name) && !/\.test[.-]|test-support/.test(name);
            return { contents: isReader ? instrumenter.instrumentSync(placed, name) : placed, loader: 'js' };
          });
        },
      },
    ],
    logLevel: 'error',
  });
}
