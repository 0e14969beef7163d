// Makes the publishable form of the package in the current folder: `dist/` is what `npm pack` and `npm publish` take.
//
//   dist/package.json          as in the source tree, with `exports` that name JavaScript and types
//   dist/dist/                 src/ compiled, a .js and a .d.ts for each module, without tests and `internals/`; its .css and .client.js
//                              files, which go into pages, as they are
//   dist/bin/, dist/scripts/, dist/weights/   as they are
//   dist/README.md, CHANGELOG.md, LICENSE
//
// Modules stay apart, because worker threads load theirs by name. The packages that a package depends on are built
// before it: `npm run build` at the root does all in order.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = process.cwd();
const target = path.join(source, 'dist');
const require = createRequire(path.join(source, 'package.json'));

/** Sources that only tests and benchmarks of this repository use, as globs for the compiler and as a pattern for paths. */
const UNPUBLISHED_GLOBS = ['*.test.*', '*.test-*', 'testing/*', 'test-support/*', 'test-support.*', 'internals/*'].map(
  (glob) => `**/${glob}`,
);
const UNPUBLISHED_PATH = /\.test[.-]|(^|\/)(testing|test-support|internals)[/.]/;

/** Fields of package.json that mean something to those who install the package. */
const PUBLISHED_FIELDS = [
  ...['name', 'version', 'description', 'keywords', 'license', 'author', 'repository', 'homepage', 'bugs'],
  ...['type', 'engines', 'os', 'cpu', 'sideEffects', 'bin', 'exports'],
  ...['dependencies', 'optionalDependencies', 'peerDependencies', 'peerDependenciesMeta'],
];
const DEPENDENCY_FIELDS = ['dependencies', 'optionalDependencies', 'peerDependencies'];

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const writeJson = (file, value) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
const manifest = readJson(path.join(source, 'package.json'));

/** The packages of this repository that this one depends on. */
function siblings() {
  const names = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@instagan/'));
  return names.map((name) => {
    const [folder] = require.resolve(name).split(`${path.sep}src${path.sep}`);
    return { name, folder, manifest: readJson(path.join(folder, 'package.json')) };
  });
}

/** What `exports` of the source tree becomes: `./src/index.ts` is `./dist/index.js` with types beside it. */
function publishedExport(file) {
  const module = file.replace(/^\.\/src\//, './dist/').replace(/\.tsx?$/, '');
  return { types: `${module}.d.ts`, default: `${module}.js` };
}

/** The entries of `exports` that users of the package get. */
function publishedEntries({ exports }) {
  return Object.entries(exports).filter(([, file]) => !UNPUBLISHED_PATH.test(file));
}

function publishedManifest() {
  const published = Object.fromEntries(
    PUBLISHED_FIELDS.filter((field) => field in manifest).map((field) => [field, manifest[field]]),
  );
  published.exports = Object.fromEntries(
    publishedEntries(manifest).map(([name, file]) => [name, publishedExport(file)]),
  );
  for (const { name, manifest: sibling } of siblings()) {
    if (manifest.dependencies[name] !== sibling.version) {
      throw new Error(`it depends on ${name} ${manifest.dependencies[name]}, but that is at ${sibling.version}.`);
    }
  }
  return published;
}

/** The names under which a built sibling's types are imported, each with its file. */
function typePaths({ name, folder, manifest: sibling }) {
  return publishedEntries(sibling).map(([subpath, file]) => {
    const types = path.join(folder, 'dist', publishedExport(file).types);
    if (!existsSync(types)) throw new Error(`${name} is not built: run "npm run build" at the root.`);
    return [name + subpath.slice(1), [types]];
  });
}

/** Compiles `src` to `dist/dist`; types of siblings are those of their built form, so that only this package is written. */
function compile() {
  const config = path.join(target, 'tsconfig.json');
  writeJson(config, {
    extends: '../tsconfig.json',
    compilerOptions: {
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: '..',
      outDir: '.',
      paths: Object.fromEntries(siblings().flatMap(typePaths)),
    },
    include: ['../src'],
    exclude: UNPUBLISHED_GLOBS.map((glob) => `../src/${glob}`),
  });
  const compiler = createRequire(import.meta.url).resolve('typescript/package.json');
  const tsc = path.join(path.dirname(compiler), readJson(compiler).bin.tsc);
  const { status } = spawnSync(process.execPath, [tsc, '-p', config], { stdio: 'inherit' });
  if (status !== 0) throw new Error('it does not compile.');
  rmSync(config);
  renameSync(path.join(target, 'src'), path.join(target, 'dist'));
  const unpublished = listFiles(path.join(target, 'dist')).filter((file) => UNPUBLISHED_PATH.test(file));
  if (unpublished.length > 0) {
    throw new Error(`what is shipped imports ${unpublished.join(', ')}, which only tests and benchmarks may use.`);
  }
}

/** Paths relative to `folder`, with forward slashes. */
function listFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'));
}

function copyFiles() {
  for (const file of listFiles(path.join(source, 'src')).filter((name) => /\.(css|client\.js)$/.test(name)))
    cpSync(path.join(source, 'src', file), path.join(target, 'dist', file));
  for (const folder of ['bin', 'scripts', 'weights']) {
    if (existsSync(path.join(source, folder)))
      cpSync(path.join(source, folder), path.join(target, folder), { recursive: true });
  }
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) {
    const own = path.join(source, file);
    cpSync(existsSync(own) ? own : path.join(root, file), path.join(target, file));
  }
}

/** Every module that is imported must be in the package, and every package imported must be one that npm installs with it. */
async function checkImports() {
  const compiled = path.join(target, 'dist');
  const { metafile } = await build({
    entryPoints: listFiles(compiled)
      .filter((file) => file.endsWith('.js') && !file.endsWith('.client.js'))
      .map((file) => path.join(compiled, file)),
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    outdir: compiled,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'silent',
  });
  const declared = new Set(DEPENDENCY_FIELDS.flatMap((field) => Object.keys(manifest[field] ?? {})));
  for (const [file, { imports }] of Object.entries(metafile.inputs)) {
    for (const { path: name } of imports.filter(({ external }) => external)) {
      const packageName = name.split('/', name.startsWith('@') ? 2 : 1).join('/');
      if (isBuiltin(name) || declared.has(packageName)) continue;
      throw new Error(`${path.basename(file)} imports ${packageName}, which is not among the package's dependencies.`);
    }
  }
  for (const file of Object.values(manifest.bin ?? {})) {
    if (!existsSync(path.join(target, file))) throw new Error(`bin names ${file}, which is not there.`);
  }
}

try {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  compile();
  copyFiles();
  writeJson(path.join(target, 'package.json'), publishedManifest());
  await checkImports();
} catch (error) {
  console.error(`${manifest.name} cannot be built: ${error.message}`);
  process.exitCode = 1;
}
