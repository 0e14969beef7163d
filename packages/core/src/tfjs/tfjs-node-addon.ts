// For @tensorflow/tfjs-node 4.22.0.
// Why: its entry registers a backend and file handlers on import, and finds its addon only in the npm package.
// Without it: the node backend has no choice of build, no TensorFlow.js shared with this process, and effects on
//   import.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { cacheFolder } from '../runtime/files.ts';
import { restoreRemovedUtil } from './removed-util.ts';

const require = createRequire(import.meta.url);

/** The release of tfjs-node that belongs to the TensorFlow.js of this package. */
const TFJS_NODE_VERSION = '4.22.0';

/** Where the stand-in for `@tensorflow/tfjs` beside a build of our script finds the one of this process. */
const SHARED_TFJS = Symbol.for('instagan.tfjs');

/** What this project uses of tfjs-node's native addon. */
export interface TfjsNodeBinding {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
}

/** A folder laid out as the npm package, with its addon built. */
export interface TfjsNodeFolder {
  readonly folder: string;
  readonly addon: string;
}

export interface LoadedTfjsNode {
  readonly folder: string;
  readonly binding: TfjsNodeBinding;
  /** @param binding the addon, or what stands in its place */
  createBackend(binding: TfjsNodeBinding): tf.KernelBackend;
  /** The protocol buffers that the package brings along, by their names. */
  messages(): object;
}

/** The environment variable that names the folder to use of each package. */
export const TFJS_NODE_VARIABLES = {
  'tfjs-node': 'INSTAGAN_TFJS_NODE',
  'tfjs-node-gpu': 'INSTAGAN_TFJS_NODE_GPU',
} as const;

export type TfjsNodePackage = keyof typeof TFJS_NODE_VARIABLES;

/**
 * The tfjs-node that would be loaded: the folder in the environment (see {@link TFJS_NODE_VARIABLES}) and no other if
 * that is set, else the one that `scripts/build-tfjs-node.sh` of this package left in the cache, else the npm package.
 *
 * @returns undefined when none of them has a built addon
 */
export function findTfjsNode(packageName: TfjsNodePackage): TfjsNodeFolder | undefined {
  const fromEnvironment = process.env[TFJS_NODE_VARIABLES[packageName]];
  const folders = fromEnvironment
    ? [path.resolve(fromEnvironment)]
    : [path.join(cacheFolder(), `${packageName}-${TFJS_NODE_VERSION}`), npmFolder(packageName)];
  for (const folder of folders) {
    const addon = folder && builtAddon(folder);
    if (addon) return { folder, addon };
  }
  return undefined;
}

function npmFolder(packageName: TfjsNodePackage): string | undefined {
  try {
    return path.dirname(require.resolve(`@tensorflow/${packageName}/package.json`));
  } catch {
    return undefined;
  }
}

/** The addon for the newest N-API that this runtime has, such as `lib/napi-v8/tfjs_binding.node`. */
function builtAddon(folder: string): string | undefined {
  const lib = path.join(folder, 'lib');
  if (!existsSync(lib)) return undefined;
  const versions = readdirSync(lib)
    .map((entry) => Number(/^napi-v(\d+)$/.exec(entry)?.[1] ?? 0))
    .filter((version) => version > 0 && version <= Number(process.versions.napi))
    .sort((a, b) => b - a);
  return versions
    .map((version) => path.join(lib, `napi-v${version}`, 'tfjs_binding.node'))
    .find((addon) => existsSync(addon));
}

let loaded: LoadedTfjsNode | undefined;

/**
 * The tfjs-node that this process has loaded. There can be only one: TensorFlow's libraries have the same names and
 * symbols in every build.
 */
export function loadedTfjsNode(): LoadedTfjsNode | undefined {
  return loaded;
}

/**
 * Loads TensorFlow and registers its kernels; TensorFlow.js stays the one of this process. Unlike the package's own
 * entry it registers no backend and no file handlers.
 *
 * @param threads for one operation, and operations of a graph at a time; TensorFlow's own choice (every core) without it
 * @throws Error when another build is loaded, or when the addon or a library it needs does not load
 */
export function loadTfjsNode({ folder, addon }: TfjsNodeFolder, threads?: number): LoadedTfjsNode {
  if (loaded) {
    if (loaded.folder === folder) return loaded;
    throw new Error(`this process has already loaded TensorFlow from ${loaded.folder}`);
  }
  restoreRemovedUtil();
  // 2: errors only. TensorFlow greets with its build options otherwise.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  if (threads !== undefined) {
    process.env.TF_NUM_INTRAOP_THREADS = String(threads);
    process.env.TF_NUM_INTEROP_THREADS = String(threads);
  }
  (globalThis as Record<symbol, unknown>)[SHARED_TFJS] = tf;

  const binding = require(addon) as TfjsNodeBinding;
  require(path.join(folder, 'dist', 'register_all_kernels.js'));
  const { NodeJSKernelBackend } = require(path.join(folder, 'dist', 'nodejs_kernel_backend.js')) as {
    NodeJSKernelBackend: new (binding: TfjsNodeBinding, packageName: string) => tf.KernelBackend;
  };
  const { name } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { name: string };
  const messages = () => require(path.join(folder, 'dist', 'proto', 'api_pb.js')) as object;
  loaded = { folder, binding, createBackend: (used) => new NodeJSKernelBackend(used, name), messages };
  return loaded;
}
