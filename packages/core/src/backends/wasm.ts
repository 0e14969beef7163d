/// <reference path="../runtime/webassembly.d.ts" />
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { UsageError, UserError } from '../errors.ts';
import { cpuCount } from '../runtime/runtime-info.ts';
import { MAX_PTHREADS } from '../tfjs/pthread-workers.ts';
import { type LoadedWasm, loadWasmModule, type WasmModule } from '../tfjs/wasm-module.ts';
import {
  type Backend,
  type BackendDescription,
  type BackendOptions,
  defineBackend,
  type OpenBackend,
} from './backend.ts';
import { registerWasmKernels } from './kernels/wasm/register-wasm-kernels.ts';

let loaded: LoadedWasm | undefined;

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

function open(): LoadedWasm {
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
    loadWasmModule(threads, shared, (module) => {
      setThreadsCount(threads);
      return new BackendWasm(module as unknown as BackendWasm['wasm']);
    });
  let threads = asked;
  const { backend, module, memory } = await start(stockThreads, asked > 1).catch((error: unknown) => {
    if (asked === 1) throw error;
    options.log?.(`The wasm backend could not start ${asked} threads, it runs on one: ${String(error)}.`);
    threads = 1;
    return start(1, false);
  });
  loaded = { module, memory };
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

async function describe(options: BackendOptions): Promise<BackendDescription> {
  if (!simdSupported()) return { name: 'wasm', opens: false, fix: NO_SIMD };
  const backend = await openWasm(options);
  await backend.close();
  const { device, threads, features, software } = backend;
  return { name: 'wasm', opens: true, device, threads: threads ?? 1, features, software, notes: [] };
}

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
