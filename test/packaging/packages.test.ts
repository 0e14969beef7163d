import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { temporaryFolder } from '../helpers/cli-process.ts';
import { type ProcessResult, runProcess } from '../helpers/run-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDERS = ['packages/core', 'packages/segmenter', 'datasets', 'models', 'packages/video', 'packages/tui'];

/** How npm says that the registry is out of reach or does not have what the lock file of this repository has. */
const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED/;

/** Without what `npm test` adds, which would point npm back to this repository. */
const env = { npm_config_local_prefix: undefined, INIT_CWD: undefined };

function npm(cwd: string, ...args: string[]): Promise<ProcessResult> {
  return runProcess('npm', [...args, '--no-audit', '--no-fund', '--no-update-notifier'], {
    cwd,
    env,
    timeoutMs: 180_000,
  });
}

interface PackedFile {
  readonly path: string;
}

interface PackedPackage {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly PackedFile[];
}

/** Builds and packs every package into `folder`. */
async function pack(t: Test, folder: string): Promise<readonly PackedPackage[]> {
  const built = await npm(ROOT, 'run', 'build');
  if (!t.equal(built.exitCode, 0, 'npm run build', { output: built.stdout + built.stderr })) return [];
  await mkdir(folder);
  const dist = FOLDERS.map((name) => `./${name}/dist`);
  const packed = await npm(ROOT, 'pack', '--json', '--pack-destination', folder, ...dist);
  if (!t.equal(packed.exitCode, 0, 'npm pack', { output: packed.stderr })) return [];
  return JSON.parse(packed.stdout) as PackedPackage[];
}

const NETWORK = '--size 32x32 --ngf 4 --ndf 4 --blocks 1 --max-instances 2 --backend wasm';

/** TypeScript that uses what each package exports, so that a missing or wrong type is an error. */
const CONSUMER = `
import { openBackend, train, type Sample } from '@instagan/core';
import { createRng, type PairSource } from '@instagan/core/data';
import { drawDataset } from '@instagan/datasets';
export const pixels: (sample: Sample) => Float32Array = ({ image }) => image;
export const pairs: (source: PairSource) => Promise<void> = (source) => source.close();
export const device: Promise<string> = openBackend('cpu').then((backend) => backend.device);
export const number: number = createRng(1).uniform();
export const images: Promise<number> = drawDataset({ output: 'set', count: 1, seed: 1 }).then((set) => set.images);
export const events: AsyncIterable<{ type: string }> = train({} as Parameters<typeof train>[0]);
// @ts-expect-error: the types are there, and not \`any\`
export const wrong: string = openBackend;
`;

t.test('sources are not packed: npm says what to pack instead', async (t) => {
  const folder = await temporaryFolder(t);
  for (const command of ['pack', 'publish']) {
    const { exitCode, stderr } = await npm(
      path.join(ROOT, 'packages/tui'),
      command,
      '--dry-run',
      '--pack-destination',
      folder,
    );
    t.not(exitCode, 0, command);
    t.match(stderr, 'run "npm run build" at the root of the repository, then "npm pack ./dist" here');
  }
  t.same(await readdir(folder), []);
});

t.test('the packages install from their tarballs and work without this repository', async (t) => {
  const folder = await temporaryFolder(t);
  const tarballs = path.join(folder, 'tarballs');
  const packages = await pack(t, tarballs);
  if (packages.length === 0) return;

  await t.test('a package holds what its users need and nothing else', async (t) => {
    t.equal(packages.length, FOLDERS.length);
    for (const { name, files } of packages) {
      const paths = files.map((file) => file.path);
      for (const file of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/index.js', 'dist/index.d.ts']) {
        t.ok(paths.includes(file), `${name} has ${file}`);
      }
      const unwanted = paths.filter((file) =>
        /\.test\.|(^|\/)(test|internals)|(?<!\.d)\.tsx?$|node_modules|\.tgz$/.test(file),
      );
      t.strictSame(unwanted, [], `${name} has no tests, no sources and nothing that only tests use`);
    }
    for (const name of FOLDERS) {
      const manifest = await readFile(path.join(ROOT, name, 'dist/package.json'), 'utf8');
      t.notMatch(manifest, /internals|testing|test-support/, `${name} has no entries for tests`);
    }
    const core = packages.find(({ name }) => name === '@instagan/core');
    t.ok(
      core?.files.some((file) => file.path === 'scripts/build-tfjs-node.sh'),
      'the script that the node backend names',
    );
  });

  const app = path.join(folder, 'app');
  await mkdir(app);
  await writeFile(path.join(app, 'package.json'), '{ "private": true, "type": "module" }\n');
  const files = packages.map(({ filename }) => path.join(tarballs, filename));
  const installed = await npm(app, 'install', '--prefer-offline', '--ignore-scripts', ...files);
  if (installed.exitCode !== 0 && NO_NETWORK.test(installed.stderr)) {
    t.test(
      'the installed packages',
      { skip: 'npm reaches no registry and has not all packages in its cache' },
      () => {},
    );
    return;
  }
  if (!t.equal(installed.exitCode, 0, 'npm install', { output: installed.stderr })) return;

  const instagan = (line: string) =>
    runProcess(path.join(app, 'node_modules', '.bin', 'instagan'), line.split(' '), { cwd: app, env });

  await t.test('the command runs as it does here', async (t) => {
    const help = await instagan('--help');
    t.equal(help.exitCode, 0, 'exit code', { output: help.stderr });
    t.match(help.stdout, 'Usage: instagan');

    const drawn = await instagan('dataset draw --output meadow --count 2 --size 32x32');
    t.equal(drawn.exitCode, 0, 'exit code', { output: drawn.stderr });

    const trained = await instagan(`train --data meadow --run run --steps 2 ${NETWORK} --ui json`);
    t.equal(trained.exitCode, 0, 'exit code', { output: trained.stderr });
    const events = trained.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    t.match(events.at(-1), { type: 'run-finished', step: 2 });
    const warnings = events.filter(({ type }) => type === 'warning');
    t.strictSame(warnings, [], 'decode threads start from the compiled files too');

    const translated = await instagan('translate --run run --input meadow/testA --output out --backend wasm');
    t.equal(translated.exitCode, 0, 'exit code', { output: translated.stderr });
    const written = (await readdir(path.join(app, 'out'))).filter((name) => !name.startsWith('.'));
    t.strictSame(written, ['sheep-00001.png']);

    const shipped = await instagan('translate --run meadow --input meadow/testA --output giraffes --backend wasm');
    t.match(shipped.stdout, /^(.*\n)?meadow at step \d+/, 'models come along', { output: shipped.stderr });
  });

  await t.test('the fix for the node backend names a script that npm users have', async (t) => {
    const program = `
      import { openBackend } from '@instagan/core';
      await openBackend('node').catch((error) => console.log(error.message));`;
    const none = { ...env, INSTAGAN_TFJS_NODE: '/nonexistent' };
    const { stdout } = await runProcess(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: app,
      env: none,
    });
    const script = /\S+build-tfjs-node\.sh/.exec(stdout)?.[0];
    t.ok(script && existsSync(path.resolve(app, script)), `${stdout.trim()}`);
  });

  await t.test('programs in TypeScript get the types', async (t) => {
    await writeFile(path.join(app, 'consumer.ts'), CONSUMER);
    const compiler = path.join(ROOT, 'node_modules', '.bin', 'tsc');
    const options = '--noEmit --strict --target es2023 --module nodenext --skipLibCheck consumer.ts'.split(' ');
    const { exitCode, stdout } = await runProcess(compiler, options, { cwd: app, env });
    t.equal(exitCode, 0, 'the types fit', { output: stdout });
  });
});
