import * as tf from '@tensorflow/tfjs';
import { UsageError, UserError } from '../errors.ts';
import { lacksAvx, nvidiaDriverPresent } from '../runtime/hardware.ts';
import { packageFile } from '../runtime/package-file.ts';
import { cpuCount, runtimeInfo } from '../runtime/runtime-info.ts';
import type { TensorflowBackend, TensorflowBinding } from '../tfjs/tensorflow-binding.ts';
import {
  findTfjsNode,
  type LoadedTfjsNode,
  loadedTfjsNode,
  loadTfjsNode,
  TFJS_NODE_VARIABLES,
  type TfjsNodePackage,
} from '../tfjs/tfjs-node-addon.ts';
import {
  type Backend,
  type BackendDescription,
  type BackendOptions,
  defineBackend,
  type OpenBackend,
} from './backend.ts';
import { GraphRunner } from './kernels/node/graph/graph-runner.ts';
import { observable } from './kernels/node/graph/observable-binding.ts';
import type { TensorflowMessages } from './kernels/node/graph/tensorflow-messages.ts';
import { registerNodeKernels } from './kernels/node/register-node-kernels.ts';
import { TensorflowConstants } from './kernels/node/tensorflow/tensorflow-constants.ts';

/** What TensorFlow.js calls both backends. */
const TFJS_NAME = 'tensorflow';

/** Builds the addon; it is part of this package, in a checkout and from npm alike. */
const BUILD_SCRIPT = packageFile('scripts/build-tfjs-node.sh');

interface Kind {
  readonly name: 'node' | 'node-gpu';
  readonly priority: number;
  readonly packageName: TfjsNodePackage;
  readonly notInstalled: string;
}

/** TensorFlow's C library on the CPU, through tfjs-node. */
export const nodeBackend: Backend = backendOf({
  name: 'node',
  priority: 3,
  packageName: 'tfjs-node',
  notInstalled: `The node backend needs @tensorflow/tfjs-node with its native addon: run ${BUILD_SCRIPT}, or "npm install @tensorflow/tfjs-node".`,
});

/** TensorFlow's C library with CUDA, through tfjs-node-gpu; the same code as `node` but for the library it loads. */
export const nodeGpuBackend: Backend = backendOf({
  name: 'node-gpu',
  priority: 4,
  packageName: 'tfjs-node-gpu',
  notInstalled: `The node-gpu backend needs @tensorflow/tfjs-node-gpu with its native addon: run ${BUILD_SCRIPT} --gpu, or "npm install @tensorflow/tfjs-node-gpu".`,
});

const NO_DRIVER =
  'The node-gpu backend needs an NVIDIA GPU and its driver, and there is none here: use --backend webgpu for other GPUs, or --backend node.';

const NO_AVX = 'TensorFlow needs a processor with AVX, which this one is without: use --backend wasm.';

function backendOf(kind: Kind): Backend {
  return defineBackend({
    name: kind.name,
    priority: kind.priority,
    async obstacle() {
      if (kind.name === 'node-gpu' && !nvidiaDriverPresent()) return 'no NVIDIA GPU';
      if (!findTfjsNode(kind.packageName)) return 'not installed';
      return lacksAvx() ? 'the processor has no AVX' : undefined;
    },
    open: (options) => open(kind, options),
    describe: (options) => describe(kind, options),
  });
}

async function open(kind: Kind, { threads, stockKernels, replay = true, log }: BackendOptions): Promise<OpenBackend> {
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1)) {
    throw new UsageError(`--threads must be a whole number of at least 1, got ${threads}.`);
  }
  const before = loadedTfjsNode();
  const { binding, createBackend, messages } = load(kind, threadsReachTensorflow() ? threads : undefined);
  if (threads !== undefined && before) log?.('TensorFlow is loaded already: --threads has no effect any more.');
  if (threads !== undefined && !threadsReachTensorflow()) {
    log?.('On Bun --threads does not reach TensorFlow: set TF_NUM_INTRAOP_THREADS before the command instead.');
  }
  if (tf.findBackendFactory(TFJS_NAME)) tf.removeBackend(TFJS_NAME);
  const observed = observable(binding as unknown as TensorflowBinding);
  const tfjsBackend = createBackend(observed.binding as unknown as LoadedTfjsNode['binding']);
  const backend = tfjsBackend as unknown as TensorflowBackend;
  const constants = new TensorflowConstants(observed.binding);
  const unregisterKernels = registerNodeKernels(TFJS_NAME, backend, constants, stockKernels);
  const programs = replay
    ? new GraphRunner(
        { backend, observed, messages: messages() as TensorflowMessages, lasting: (id) => constants.find(id) },
        log,
      )
    : undefined;
  tf.registerBackend(TFJS_NAME, () => tfjsBackend, kind.priority);
  await tf.setBackend(TFJS_NAME);
  return {
    name: kind.name,
    device: deviceName(binding),
    ...threadCount(binding),
    features: [],
    software: false,
    gpu: kind.name === 'node-gpu',
    ...(programs && { programs }),
    async close() {
      if (tf.findBackend(TFJS_NAME) !== tfjsBackend) return;
      programs?.dispose();
      unregisterKernels();
      tf.removeBackend(TFJS_NAME);
    },
  };
}

async function describe(kind: Kind, { threads }: BackendOptions): Promise<BackendDescription> {
  const { name } = kind;
  try {
    const { binding } = load(kind, threadsReachTensorflow() ? threads : undefined);
    const common = { name, opens: true, features: [], software: false } as const;
    return { ...common, device: deviceName(binding), ...threadCount(binding), notes: [] };
  } catch (error) {
    if (error instanceof UserError) return { name, opens: false, fix: error.message };
    throw error;
  }
}

/** @throws UserError with the fix */
function load(kind: Kind, threads: number | undefined): LoadedTfjsNode {
  if (kind.name === 'node-gpu' && !nvidiaDriverPresent()) throw new UserError(NO_DRIVER);
  const found = findTfjsNode(kind.packageName);
  if (!found) throw new UserError(notFound(kind));
  if (lacksAvx()) throw new UserError(NO_AVX);
  let loaded: LoadedTfjsNode;
  try {
    loaded = loadTfjsNode(found, threads);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    const rebuild = `${BUILD_SCRIPT} --force${kind.name === 'node-gpu' ? ' --gpu' : ''}`;
    throw new UserError(`The addon ${found.addon} does not load (${cause}): build it again with ${rebuild}.`);
  }
  if (kind.name === 'node-gpu' && !loaded.binding.isUsingGpuDevice()) {
    throw new UserError(
      `TensorFlow ${loaded.binding.TF_Version} of ${loaded.folder} sees no GPU: it needs the CUDA and cuDNN libraries of that release, see docs of "tensorflow[and-cuda]".`,
    );
  }
  return loaded;
}

function notFound({ packageName, notInstalled }: Kind): string {
  const variable = TFJS_NODE_VARIABLES[packageName];
  const folder = process.env[variable];
  if (!folder) return notInstalled;
  return `${variable} names ${folder}, which holds no lib/napi-v*/tfjs_binding.node: correct or unset it, or build one there with ${BUILD_SCRIPT} --output.`;
}

/** TensorFlow reads the process's native environment, which `process.env` of Bun does not write to. */
function threadsReachTensorflow(): boolean {
  return runtimeInfo().name !== 'bun';
}

function deviceName(binding: LoadedTfjsNode['binding']): string {
  return `TensorFlow ${binding.TF_Version}, ${binding.isUsingGpuDevice() ? 'CUDA GPU' : 'CPU'}`;
}

/** TensorFlow reads its thread count from the environment when it loads, and has no way to ask for it later. */
function threadCount(binding: LoadedTfjsNode['binding']): { threads?: number } {
  if (binding.isUsingGpuDevice()) return {};
  return { threads: Number(process.env.TF_NUM_INTRAOP_THREADS) || cpuCount() };
}
