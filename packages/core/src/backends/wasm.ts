/// <reference path="../runtime/webassembly.d.ts" />
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { UsageError, UserError } from '../errors.ts';
import { withReportedCpus } from '../runtime/cpus.ts';
import { keepingProcessListeners } from '../runtime/process-listeners.ts';
import { MAX_PTHREADS, withPthreadWorkers } from '../runtime/pthread-workers.ts';
import { cpuCount } from '../runtime/runtime-info.ts';
import {
  type Backend,
  type BackendDescription,
  type BackendOptions,
  defineBackend,
  type OpenBackend,
} from './backend.ts';
import { registerWasmKernels } from './kernels/wasm/register-wasm-kernels.ts';

const require = createRequire(import.meta.url);

/** What this project uses of the emscripten module behind tfjs-backend-wasm. */
export interface WasmModule {
  /**
   * Allocates on the wasm heap; the pointer comes back as a signed 32-bit number (use `>>> 0`).
   *
   * @throws UserError when the heap is full
   */
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  /** View of the whole heap, replaced whenever the memory grows: read it again after each allocation. */
  readonly HEAPU8: Uint8Array;
  readonly HEAPF32: Float32Array;
  readonly tfjs: {
    getThreadsCount(): number;
    registerTensor(id: number, size: number, memoryOffset: number): void;
  };
}

interface RawModule extends WasmModule {
  cwrap(name: string, returns: string | null, parameters: string[]): (...args: number[]) => number;
  /** The threaded build exposes its memory here, the other among its exports. */
  readonly wasmMemory?: WebAssembly.Memory;
  readonly asm: { readonly memory?: WebAssembly.Memory; malloc(bytes: number): number };
  tfjs: WasmModule['tfjs'];
}
type ModuleFactory = (config: {
  locateFile(file: string): string;
  mainScriptUrlOrBlob?: string;
  wasmBinary: Uint8Array;
}) => Promise<RawModule>;

interface Loaded {
  readonly module: RawModule;
  readonly memory: WebAssembly.Memory;
}
let loaded: Loaded | undefined;

/**
 * The linear memory that holds every tensor of the open wasm backend: shared between threads when it has several.
 * Tensors lie at `tf.backend().dataIdMap.get(dataId).memoryOffset`.
 *
 * @throws Error when the wasm backend is not open
 */
export function wasmMemory(): WebAssembly.Memory {
  return open().memory;
}

/** The emscripten module of the open wasm backend. @throws Error when the wasm backend is not open */
export function wasmModule(): WasmModule {
  return open().module;
}

function open(): Loaded {
  if (!loaded) throw new Error('The wasm backend is not open.');
  return loaded;
}

/** TensorFlow.js on WebAssembly (XNNPACK), with SIMD and threads on Node, Bun and Deno. */
export const wasmBackend: Backend = defineBackend({
  name: 'wasm',
  priority: 2,
  obstacle: async () => (simdSupported() ? undefined : 'no WebAssembly SIMD'),
  open: openWasm,
  describe,
});

async function openWasm(options: BackendOptions): Promise<OpenBackend> {
  const asked = threadsAsked(options);
  if (!simdSupported()) throw new UserError(NO_SIMD);
  if (loaded) throw new Error('The wasm backend is already open: close it first.');
  const { BackendWasm, setThreadsCount } = await import('@tensorflow/tfjs-backend-wasm');
  if (tf.findBackendFactory('wasm')) tf.removeBackend('wasm');

  // Convolutions run in kernels of ours, on threads of their own. What is left to stock operations is small, and faster
  // on one thread than handed from thread to thread.
  const stockThreads = options.stockKernels?.includes('Convolution') ? asked : 1;
  const start = (threads: number, shared: boolean) =>
    load(threads, shared, (module) => {
      setThreadsCount(threads);
      return new BackendWasm(module as unknown as BackendWasm['wasm']);
    });
  let threads = asked;
  const backend = await start(stockThreads, asked > 1).catch((error: unknown) => {
    if (asked === 1) throw error;
    options.log?.(`The wasm backend could not start ${asked} threads, it runs on one: ${String(error)}.`);
    threads = 1;
    return start(1, false);
  });
  tf.registerBackend('wasm', () => backend, wasmBackend.priority);
  await tf.setBackend('wasm');

  const kernels = registerWasmKernels({ ...open(), threads }, { except: options.stockKernels ?? [] });
  return {
    name: 'wasm',
    device: deviceName(threads),
    threads,
    features: ['simd', ...(kernels.fused ? ['relaxed-simd'] : []), ...(threads > 1 ? ['threads'] : [])],
    software: false,
    gpu: false,
    async close() {
      if (tf.findBackend('wasm') !== backend) return;
      kernels.close();
      loaded = undefined;
      tf.removeBackend('wasm');
    },
  };
}

/**
 * Loads the emscripten module, makes it known to `wasmMemory()`, and builds the backend on it.
 *
 * @param threads of the stock operations; more than one only with `shared`
 * @param shared memory that threads can share
 */
async function load(threads: number, shared: boolean, build: (module: RawModule) => BackendWasm): Promise<BackendWasm> {
  const folder = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js'));
  const script = path.join(folder, shared ? 'tfjs-backend-wasm-threaded-simd.js' : 'tfjs-backend-wasm.js');
  const binary = path.join(folder, shared ? 'tfjs-backend-wasm-threaded-simd.wasm' : 'tfjs-backend-wasm-simd.wasm');
  const factory = require(script) as ModuleFactory;

  const start = () =>
    keepingProcessListeners(async () => {
      const module = await factory({
        locateFile: (file) => path.join(folder, file),
        mainScriptUrlOrBlob: script,
        wasmBinary: readFileSync(binary),
      });
      module.tfjs = bindings(module);
      refuseFullHeap(module);
      const memory = module.wasmMemory ?? module.asm.memory;
      if (!memory) throw new Error('tfjs-backend-wasm does not expose its memory.');
      const backend = build(module);
      loaded = { module, memory };
      return backend;
    });
  if (!shared) return start();
  const { wasmWorkerContents } = require(path.join(folder, 'tfjs-backend-wasm-threaded-simd.worker.js')) as {
    wasmWorkerContents: string;
  };
  // The C++ side takes at most half of the cores it is told of: without this it would silently run on one thread.
  return withPthreadWorkers(wasmWorkerContents, threads, () => withReportedCpus(2 * threads, start));
}

/**
 * Makes a full heap an error. The stock backend would take the address 0 of a failed allocation for a tensor's, and
 * overwrite what lies there; close to the end of the memory the allocation itself may trap.
 */
function refuseFullHeap(module: { _malloc: WasmModule['_malloc']; readonly asm: RawModule['asm'] }): void {
  // Not `module._malloc`: emscripten's replaces itself by this at its first call.
  const allocate = module.asm.malloc;
  module._malloc = (bytes) => {
    let address = 0;
    try {
      address = allocate(bytes);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    }
    if (address === 0 && bytes > 0) throw new UserError(FULL_HEAP);
    return address;
  };
}

/** The C functions that `BackendWasm` calls by these names (as in tfjs-backend-wasm's own `init`). */
function bindings(module: RawModule): WasmModule['tfjs'] {
  const names = {
    init: module.cwrap('init', null, []),
    initWithThreadsCount: module.cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: module.cwrap('get_threads_count', 'number', []),
    registerTensor: module.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: module.cwrap('dispose_data', null, ['number']),
    dispose: module.cwrap('dispose', null, []),
  };
  return names;
}

async function describe(options: BackendOptions): Promise<BackendDescription> {
  if (!simdSupported()) return { name: 'wasm', opens: false, mend: NO_SIMD };
  const backend = await openWasm(options);
  await backend.close();
  const { device, threads, features, software } = backend;
  return { name: 'wasm', opens: true, device, threads: threads ?? 1, features, software, notes: [] };
}

const FULL_HEAP =
  'The wasm backend is out of memory, it has 4 GB at most: lower --size, --ngf, --batch or --instances-per-chunk, or choose another --backend.';

const NO_SIMD =
  'The wasm backend needs WebAssembly SIMD, which this runtime lacks: use Node 20 or later, Bun or Deno on x64 or arm64.';

function deviceName(threads: number): string {
  return `${threads} ${threads === 1 ? 'thread' : 'threads'}, SIMD`;
}

function threadsAsked({ threads, log }: BackendOptions): number {
  if (threads === undefined) return Math.min(cpuCount(), MAX_PTHREADS);
  if (!Number.isInteger(threads) || threads < 1) {
    throw new UsageError(`--threads must be a whole number of at least 1, got ${threads}.`);
  }
  if (threads > MAX_PTHREADS) log?.(`The wasm backend runs on at most ${MAX_PTHREADS} threads.`);
  return Math.min(threads, MAX_PTHREADS);
}

/** A module with one SIMD instruction; the probe of wasm-feature-detect. */
function simdSupported(): boolean {
  const probe = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11];
  return typeof WebAssembly === 'object' && WebAssembly.validate(new Uint8Array(probe));
}
