import * as tf from '@tensorflow/tfjs';
import { UsageError, UserError } from '../errors.ts';
import {
  BACKEND_NAMES,
  type Backend,
  type BackendDescription,
  type BackendName,
  type BackendOptions,
  type OpenBackend,
} from './backend.ts';
import { cpuBackend } from './cpu.ts';
import { nodeBackend, nodeGpuBackend } from './node.ts';
import { wasmBackend } from './wasm.ts';
import { webgpuBackend } from './webgpu.ts';

/** Every backend by the name that `--backend` takes. */
export const BACKENDS: Readonly<Record<BackendName, Backend>> = {
  webgpu: webgpuBackend,
  'node-gpu': nodeGpuBackend,
  node: nodeBackend,
  wasm: wasmBackend,
  cpu: cpuBackend,
};

/**
 * Opens a backend and makes it the one that TensorFlow.js computes on.
 *
 * @param name a backend, or `auto` for the first that can do the job of: webgpu on a real GPU, node-gpu, node, wasm, cpu
 * @throws UsageError for an unknown name or an option out of range
 * @throws UserError with the fix when a backend asked for by name does not open here: it is never replaced by another
 */
export async function openBackend(name: BackendName | 'auto', options: BackendOptions = {}): Promise<OpenBackend> {
  const opened = name === 'auto' ? await openBest(options) : await backendNamed(name).open(options);
  await tf.ready();
  if (options.precision === 'mixed' && opened.name !== 'webgpu') {
    options.log?.(`The ${opened.name} backend computes in full precision only.`);
  }
  return opened;
}

/**
 * What can run here, best first. Opens the backends one after the other and closes each again, so it needs that none is
 * open; the process can end after it.
 */
export async function describeBackends(options: BackendOptions = {}): Promise<BackendDescription[]> {
  const descriptions: BackendDescription[] = [];
  for (const name of BACKEND_NAMES) descriptions.push(await BACKENDS[name].describe(options));
  return descriptions;
}

async function openBest(options: BackendOptions): Promise<OpenBackend> {
  const passedBy: string[] = [];
  const byPriority = Object.values(BACKENDS).sort((a, b) => b.priority - a.priority);
  for (const backend of byPriority) {
    const obstacle = await backend.obstacle();
    if (obstacle !== undefined) {
      passedBy.push(`${backend.name}: ${obstacle}`);
      continue;
    }
    try {
      const opened = await backend.open(options);
      const reason = passedBy.length > 0 ? `the best that opens here (${passedBy.join('; ')})` : 'the best there is';
      return { ...opened, reason };
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof UsageError) throw error;
      passedBy.push(`${backend.name}: ${error.message}`);
    }
  }
  throw new UserError(`No backend opens here (${passedBy.join('; ')}).`);
}

function backendNamed(name: string): Backend {
  const backend = Object.hasOwn(BACKENDS, name) ? BACKENDS[name as BackendName] : undefined;
  if (!backend) throw new UsageError(`There is no backend "${name}": use auto, ${BACKEND_NAMES.join(', ')}.`);
  return backend;
}
