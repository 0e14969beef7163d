// Packs the WebGPU benchmark and its peer for a machine on which nothing can be installed:
//
//   node bench/portable/build.js [FOLDER] [--scripts-only]
//
// FOLDER (bench/portable/dist/instagan-bench) then holds the benchmark as JavaScript, and, compressed, this Node, Dawn's addon
// and the Vulkan loader; FOLDER.tar holds the same as one file. There, `sh run.sh` does everything: it needs a GPU's driver
// and python3, with torch for the peer. --scripts-only leaves the programs out, for a machine that has them.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const bench = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'scripts-only': { type: 'boolean', default: false } },
});
const target = path.resolve(positionals[0] ?? path.join(bench, 'portable', 'dist', 'instagan-bench'));

/** Debian packages that hold the Vulkan loader and what NVIDIA's driver loads beside it. */
const LOADER_PACKAGES = ['libvulkan1', 'libglvnd0', 'libgl1', 'libglx0', 'libegl1'];

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
await bundle('portable/run.ts', 'run.mjs', './dawn.node');
for (const name of ['step', 'translate']) await bundle(`measure/${name}.ts`, `measure/${name}.mjs`, '../dawn.node');
cpSync(path.join(bench, 'peers'), path.join(target, 'peers'), {
  recursive: true,
  filter: (file) => !file.includes('__pycache__'),
});
copyFileSync(path.join(bench, 'portable', 'run.sh'), path.join(target, 'run.sh'));
if (!values['scripts-only']) {
  packPrograms();
  packLoader();
  execFileSync('tar', ['-cf', `${target}.tar`, '-C', path.dirname(target), path.basename(target)]);
  process.stdout.write(`${target}.tar: ${(statSync(`${target}.tar`).size / 2 ** 20).toFixed(1)} MiB\n`);
}

/** One file of JavaScript with all it imports; `webgpu` becomes Dawn's addon beside it. */
async function bundle(entry, output, addon) {
  const dawn = {
    name: 'dawn',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^webgpu$/ }, () => ({ path: 'webgpu', namespace: 'dawn' }));
      onLoad({ filter: /.*/, namespace: 'dawn' }, () => ({
        contents: `export const { create, globals } = require(${JSON.stringify(addon)});`,
      }));
    },
  };
  await build({
    entryPoints: [path.join(bench, entry)],
    outfile: path.join(target, output),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['*.node', '@tensorflow/tfjs-backend-wasm'],
    banner: { js: "import { createRequire as banner } from 'node:module'; const require = banner(import.meta.url);" },
    plugins: [dawn],
    logLevel: 'error',
  });
}

function packPrograms() {
  const node = path.join(target, 'node');
  copyFileSync(process.execPath, node);
  execFileSync('strip', [node]);
  const { resolve } = createRequire(import.meta.url);
  const addon = path.join(path.dirname(resolve('webgpu')), 'dist', `${process.platform}-${process.arch}`, 'dawn.node');
  copyFileSync(addon, path.join(target, 'dawn.node'));
  for (const file of ['node', 'dawn.node']) execFileSync('xz', ['-T0', '-6', path.join(target, file)]);
}

/** From packages of this system, or of its own libraries where there are no packages. */
function packLoader() {
  const library = path.join(target, 'lib');
  const folder = mkdtempSync(path.join(os.tmpdir(), 'loader-'));
  mkdirSync(library);
  try {
    execFileSync('apt-get', ['download', ...LOADER_PACKAGES], { cwd: folder, stdio: 'ignore' });
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
      execFileSync('dpkg', ['-x', path.join(folder, file), path.join(folder, 'root')]);
    }
    for (const file of readdirSync(path.join(folder, 'root'), { recursive: true, withFileTypes: true })) {
      if (!/\.so\.\d+$/.test(file.name)) continue;
      // What a link names, under the name by which it is looked up.
      copyFileSync(path.join(file.parentPath, file.name), path.join(library, file.name));
    }
  } catch (error) {
    process.stderr.write(`The Vulkan loader is left out (${error.message.split('\n')[0]}).\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
  if (existsSync(library)) {
    execFileSync('tar', ['-cJf', `${library}.tar.xz`, '-C', target, 'lib']);
    rmSync(library, { recursive: true });
  }
}
