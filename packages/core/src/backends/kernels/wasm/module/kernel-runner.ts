/// <reference path="../../../../runtime/webassembly.d.ts" />
import type { TensorInfo } from '@tensorflow/tfjs';
import type { WasmTensors } from '../../../../tfjs/wasm-tensors.ts';
import type { JobKind } from './job-kind.ts';
import { instantiateKernels, type KernelExports, kernelBinary } from './kernel-module.ts';
import { startKernelWorkers } from './kernel-workers.ts';

/** What the kernels need of an open wasm backend. */
export interface WasmHost {
  /** The memory in which tensors lie; shared if `threads` is above 1. */
  readonly memory: WebAssembly.Memory;
  readonly module: {
    _malloc(bytes: number): number;
    _free(pointer: number): void;
  };
  /** Threads that compute, the calling one among them. */
  readonly threads: number;
}

// Layout of the control block in wasm/assembly/pool.ts.
const HELPED = 136;
const PARAMETERS = 256;
const CONTROL_BYTES = 512;
const CACHE_LINE = 64;

/** Work, in floating point operations, below which waking other threads costs more than it saves. */
const MIN_SHARED_WORK = 400_000;

/** Runs jobs of the kernels' module in the memory of the wasm backend. */
export class KernelRunner {
  readonly threads: number;
  /** Whether a multiply and an add are one instruction. */
  readonly fused: boolean;
  readonly #host: WasmHost;
  readonly #exports: KernelExports;
  readonly #block: number;
  readonly #control: number;
  #parameters: Int32Array;
  #scratch = 0;
  #scratchBytes = 0;

  constructor(host: WasmHost, fused: boolean) {
    const shared = !(host.memory.buffer instanceof ArrayBuffer);
    this.#host = host;
    this.threads = shared ? host.threads : 1;
    const binary = kernelBinary(shared, fused);
    this.fused = binary.fused;
    this.#exports = instantiateKernels(binary.bytes, host.memory);
    this.#block = this.#host.module._malloc(CONTROL_BYTES + CACHE_LINE) >>> 0;
    this.#control = Math.ceil(this.#block / CACHE_LINE) * CACHE_LINE;
    new Uint8Array(host.memory.buffer, this.#control, CONTROL_BYTES).fill(0);
    this.#parameters = this.#view();
    if (this.threads > 1) startKernelWorkers(binary.bytes, host.memory, this.#control, this.threads - 1);
  }

  /**
   * The address of scratch memory, aligned to a cache line, valid until the next call. It is kept between calls and
   * grows to the largest size asked for.
   */
  scratch(bytes: number): number {
    if (bytes > this.#scratchBytes) {
      if (this.#scratch !== 0) this.#host.module._free(this.#scratch);
      this.#scratchBytes = 0;
      this.#scratch = 0;
      this.#scratch = this.#host.module._malloc(bytes + CACHE_LINE) >>> 0;
      this.#scratchBytes = bytes;
    }
    return Math.ceil(this.#scratch / CACHE_LINE) * CACHE_LINE;
  }

  /**
   * Runs `units` units of a job, on all threads if the work is worth it.
   *
   * @param parameters 32-bit words in the order of the kernel's source; floats through {@link floatBits}
   * @param work floating point operations in all, roughly
   */
  run(kind: JobKind, parameters: readonly number[], units: number, work: number): void {
    if (this.#parameters.buffer !== this.#host.memory.buffer) this.#parameters = this.#view();
    this.#parameters.set(parameters);
    const workers = work < MIN_SHARED_WORK ? 0 : this.threads - 1;
    this.#exports.run(this.#control, kind, units, workers);
  }

  /** Units of work that other threads have done since the start. */
  get helpedUnits(): number {
    return Atomics.load(new Int32Array(this.#host.memory.buffer, this.#control + HELPED, 1), 0);
  }

  /** The 32-bit words at an address. */
  words(address: number, count: number): Int32Array {
    return new Int32Array(this.#host.memory.buffer, address, count);
  }

  /** Sets memory to 0. */
  zero(address: number, bytes: number): void {
    new Uint8Array(this.#host.memory.buffer, address, bytes).fill(0);
  }

  /** Ends the workers and frees the scratch memory. Run nothing afterwards. */
  close(): void {
    this.#exports.stop(this.#control);
    if (this.#scratch !== 0) this.#host.module._free(this.#scratch);
    this.#scratchBytes = 0;
    this.#scratch = 0;
  }

  #view(): Int32Array {
    return new Int32Array(this.#host.memory.buffer, this.#control + PARAMETERS, (CONTROL_BYTES - PARAMETERS) / 4);
  }
}

/** Tensors of one kernel call: addresses of inputs, new outputs. */
export class KernelTensors {
  readonly #backend: WasmTensors;

  constructor(backend: unknown) {
    this.#backend = backend as WasmTensors;
  }

  address(tensor: TensorInfo): number {
    return this.#backend.getMemoryOffset(tensor.dataId);
  }

  output(shape: readonly number[]): TensorInfo {
    return this.#backend.makeOutput([...shape], 'float32');
  }

  /** Counts one more user of the data, who disposes of them. */
  share(dataId: object): void {
    this.#backend.incRef(dataId);
  }

  /** Frees a tensor of this call that it does not return. */
  dispose(tensor: TensorInfo): void {
    this.#backend.disposeData(tensor.dataId);
  }
}
