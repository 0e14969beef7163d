import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { register } from 'tsx/esm/api';
import { findTfjsNode } from './tfjs-node-addon.ts';

const require = createRequire(import.meta.url);
const FOLDER = path.dirname(fileURLToPath(import.meta.url));
const FILES = readdirSync(FOLDER).filter((file) => !file.endsWith('.test.ts'));

/** What every file begins with: the package and its release, why it is patched, what breaks without the patch. */
const HEADER =
  /^\/\/ For (?<name>@tensorflow\/[\w-]+) (?<version>\d+\.\d+\.\d+)\.\n\/\/ Why: \S.*\n(\/\/ {3}\S.*\n)*\/\/ Without it: \S.*\n(\/\/ {3}\S.*\n)*\n/;

/** The release of a package that this process would load; undefined if it would load none. */
function installedVersion(name: string): string | undefined {
  const folder =
    name === '@tensorflow/tfjs-node'
      ? findTfjsNode('tfjs-node')?.folder
      : path.dirname(require.resolve(`${name}/package.json`));
  if (folder === undefined) return undefined;
  return (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

for (const file of FILES) {
  t.test(
    `${file} is for the TensorFlow.js that is installed: another one may no longer need it, or break it`,
    async (t) => {
      const { name, version } = HEADER.exec(readFileSync(path.join(FOLDER, file), 'utf8'))?.groups ?? {};
      if (name === undefined) {
        t.fail('it begins with "For PACKAGE VERSION.", "Why: …" and "Without it: …"');
        return;
      }
      const installed = installedVersion(name);
      if (installed === undefined) t.pass(name, { skip: `${name} is not installed` });
      else
        t.equal(
          version,
          installed,
          `${name} is at ${installed}: check that ${file} still fits it, then name that release`,
        );
    },
  );
}

t.test(
  'importing patches changes nothing: programs that use one backend are not to get the shims of others',
  async (t) => {
    const snapshot = () => ({
      globals: Object.getOwnPropertyNames(globalThis),
      symbols: Object.getOwnPropertySymbols(globalThis),
      listeners: ['uncaughtException', 'unhandledRejection'].map((event) => process.listenerCount(event)),
      environment: { ...process.env },
      kernels: ['cpu', 'wasm', 'webgpu', 'tensorflow'].map((backend) => tf.getKernelsForBackend(backend).length),
      clone: (tf.engine() as unknown as { clone: unknown }).clone,
      cpus: os.cpus,
      util: { ...util },
      Worker: require('node:worker_threads').Worker as unknown,
    });
    // Tests are compiled, and would not load a source by its name.
    register();
    const before = snapshot();
    for (const file of FILES) await import(pathToFileURL(path.join(FOLDER, file)).href);
    const after = snapshot();
    for (const [name, value] of Object.entries(before)) t.strictSame(after[name as keyof typeof after], value, name);
  },
);
