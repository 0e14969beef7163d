// Packs the WebGPU benchmark, its peer and the `instagan` command for a machine on which nothing can be installed:
//
//   node bench/portable/build.js [FOLDER] [--scripts-only] [--images N]
//
// FOLDER (bench/portable/dist/instagan-bench) then holds all as JavaScript, a drawn dataset, and, compressed, this Node, Dawn's addon
// and the Vulkan loader; FOLDER.tar holds the same as one file. There, `sh run.sh` does everything: it needs a GPU's driver
// and python3, with torch for the peer. --scripts-only leaves the programs out, for a machine that has them; --images is how many
// training images of each domain are drawn (250).
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const bench = fileURLToPath(new URL('..', import.meta.url));
const root = path.join(bench, '..');
const require = createRequire(import.meta.url);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'scripts-only': { type: 'boolean', default: false }, images: { type: 'string', default: '250' } },
});
/** The set that the training of the benchmark is about; the same for everyone. */
const DRAWN_SET = `--count ${values.images} --test-count 30 --seed 1 --size 144x144`.split(' ');
const target = path.resolve(positionals[0] ?? path.join(bench, 'portable', 'dist', 'instagan-bench'));
/** Everything that is JavaScript lies here, and what it looks for beside itself. */
const code = path.join(target, 'code');

/** Debian packages that hold the Vulkan loader and what NVIDIA's driver loads beside it. */
const LOADER_PACKAGES = [
  ...['libvulkan1', 'libglvnd0', 'libgl1', 'libglx0', 'libegl1'],
  ...['libx11-6', 'libxext6', 'libxcb1', 'libxau6', 'libxdmcp6', 'libbsd0', 'libmd0'],
];

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
await bundle({
  run: path.join(bench, 'portable', 'run.ts'),
  instagan: path.join(bench, 'portable', 'command.ts'),
  'decode-worker': path.join(root, 'datasets', 'src', 'pairs', 'decode-worker.ts'),
  ...Object.fromEntries(
    ['step', 'translate', 'verify', 'profile'].map((name) => [
      `measure/${name}`,
      path.join(bench, 'measure', `${name}.ts`),
    ]),
  ),
});
copyPackages();
cpSync(path.join(bench, 'peers'), path.join(code, 'peers'), {
  recursive: true,
  filter: (file) => !file.includes('__pycache__'),
});
copyFileSync(path.join(bench, 'portable', 'run.sh'), path.join(target, 'run.sh'));
const drawing = ['dataset', 'draw', '--output', path.join(target, 'meadow'), ...DRAWN_SET];
execFileSync(process.execPath, [path.join(root, 'packages', 'tui', 'bin', 'instagan.js'), ...drawing], {
  stdio: 'ignore',
});
if (!values['scripts-only']) {
  packPrograms();
  packLoader();
  for (const folder of ['code', 'node_modules']) packFolder(path.join(target, folder));
  execFileSync('tar', ['-cf', `${target}.tar`, '-C', path.dirname(target), path.basename(target)]);
  process.stdout.write(`${target}.tar: ${(statSync(`${target}.tar`).size / 2 ** 20).toFixed(1)} MiB\n`);
}

/** Programs with all they import, in files that they share; `webgpu` becomes Dawn's addon. */
async function bundle(entryPoints) {
  const dawn = {
    name: 'dawn',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^webgpu$/ }, () => ({ path: 'webgpu', namespace: 'dawn' }));
      onLoad({ filter: /.*/, namespace: 'dawn' }, () => ({
        contents: 'export const { create, globals } = require("../dawn.node");',
      }));
    },
  };
  await build({
    entryPoints,
    outdir: code,
    bundle: true,
    splitting: true,
    mainFields: ['module', 'main'],
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['*.node', 'sharp'],
    define: { 'process.env.DEV': '"false"' },
    alias: { 'react-devtools-core': path.join(bench, 'portable', 'nothing.js') },
    banner: { js: "import { createRequire as banner } from 'node:module'; const require = banner(import.meta.url);" },
    plugins: [dawn],
    logLevel: 'error',
  });
}

/** What the bundles look up as files: the package's version, tfjs's WebAssembly, and sharp with its library. */
function copyPackages() {
  copyFileSync(path.join(root, 'packages', 'tui', 'package.json'), path.join(target, 'package.json'));
  const modules = path.join(target, 'node_modules');
  const wasm = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  const wasmTarget = path.join(modules, '@tensorflow', 'tfjs-backend-wasm');
  mkdirSync(wasmTarget, { recursive: true });
  copyFileSync(path.join(wasm, 'package.json'), path.join(wasmTarget, 'package.json'));
  cpSync(path.join(wasm, 'wasm-out'), path.join(wasmTarget, 'wasm-out'), { recursive: true });
  const wanted = ['sharp'];
  for (const name of wanted) {
    const folder = path.join(root, 'node_modules', name);
    if (!existsSync(folder) || existsSync(path.join(modules, name))) continue;
    cpSync(folder, path.join(modules, name), { recursive: true, filter: (file) => !file.endsWith('.md') });
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      readFileSync(path.join(folder, 'package.json'), 'utf8'),
    );
    wanted.push(...Object.keys({ ...dependencies, ...optionalDependencies }));
  }
}

function packPrograms() {
  const node = path.join(target, 'node');
  copyFileSync(process.execPath, node);
  execFileSync('strip', [node]);
  const addon = path.join(
    path.dirname(require.resolve('webgpu')),
    'dist',
    `${process.platform}-${process.arch}`,
    'dawn.node',
  );
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
  if (existsSync(library)) packFolder(library);
}

/** Replaces a folder by a compressed archive of it. */
function packFolder(folder) {
  execFileSync('tar', ['-cJf', `${folder}.tar.xz`, '-C', path.dirname(folder), path.basename(folder)]);
  rmSync(folder, { recursive: true });
}
