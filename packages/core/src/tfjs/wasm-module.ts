// For @tensorflow/tfjs-backend-wasm 4.22.0.
// Why: its own `init` fetches the module by URL, always on all threads, and hides module and memory; a failed
//   allocation gives it the address 0.
// Without it: the kernels cannot reach the tensors, and a full heap overwrites memory instead of raising an error.

/// <reference path="../runtime/webassembly.d.ts" />
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { UserError } from '../errors.ts';
import { keepingProcessListeners } from './process-listeners.ts';
import { withPthreadWorkers } from './pthread-workers.ts';
import { withReportedCpus } from './reported-cpus.ts';

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

/** The module of an open backend, and the memory in which its tensors lie. */
export interface LoadedWasm {
  readonly module: WasmModule;
  /** Shared if threads can use it. */
  readonly memory: WebAssembly.Memory;
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

/**
 * Loads the emscripten module of tfjs-backend-wasm.
 *
 * @param threads of the stock operations; more than one only with `shared`
 * @param shared memory that threads can share
 * @param build makes the backend, which starts the threads
 */
export async function loadWasmModule<T>(
  threads: number,
  shared: boolean,
  build: (module: WasmModule) => T,
): Promise<LoadedWasm & { readonly backend: T }> {
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
      return { module, memory, backend: build(module) };
    });
  if (!shared) return start();
  const { wasmWorkerContents } = require(path.join(folder, 'tfjs-backend-wasm-threaded-simd.worker.js')) as {
    wasmWorkerContents: string;
  };
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

const FULL_HEAP =
  'The wasm backend is out of memory, it has 4 GB at most: lower --size, --ngf, --batch or --instances-per-chunk, or choose another --backend.';
