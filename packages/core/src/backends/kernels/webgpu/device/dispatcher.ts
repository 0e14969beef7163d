import type { DataType, TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { replaceMemory } from '../../../../tfjs/webgpu-memory.ts';
import { TENSOR_USAGE, type TfjsRecorder } from '../../../../tfjs/webgpu-recorder.ts';
import { parts } from '../../arithmetic.ts';
import { BufferPool } from './buffer-pool.ts';
import { CommandStream } from './command-stream.ts';
import { CompiledProgram, type GpuProgram } from './gpu-program.ts';
import { sizeOf } from './kernel-source.ts';

/** Parameter buffers kept; training at one size needs some hundred. */
const MOST_PARAMETER_BUFFERS = 4096;

const UNIFORM = 0x40;
const COPY_DST = 0x08;

/**
 * Runs compute programs on tensors of tfjs's WebGPU backend, in order with its own operations. Made for little work in
 * JavaScript: pipelines, parameters and bind groups are kept, and a call costs three calls of WebGPU.
 */
export class Dispatcher {
  readonly device: GPUDevice;
  readonly pool: BufferPool;
  readonly stream: CommandStream;
  readonly #recorder: TfjsRecorder;
  readonly #programs = new Map<string, CompiledProgram>();
  readonly #parameters = new Map<string, GPUBuffer>();
  readonly #attached = new Map<object, GPUBuffer>();

  constructor(backend: WebGPUBackend) {
    const recorder = backend as unknown as TfjsRecorder;
    this.#recorder = recorder;
    this.device = recorder.device;
    this.stream = new CommandStream(recorder);
    this.pool = new BufferPool(this.device, () => this.stream.submit());
    replaceMemory(recorder, this.pool, (dataId) => this.detach({ dataId }));
  }

  /** Largest number of storage buffers in a program. */
  get mostBuffers(): number {
    return this.device.limits.maxStorageBuffersPerShaderStage;
  }

  /** Largest number of workgroups along one dimension of a dispatch. */
  get mostWorkgroups(): number {
    return this.device.limits.maxComputeWorkgroupsPerDimension;
  }

  /** Whether the device runs workgroups of so many invocations with so much shared memory. */
  hasRoomFor({ threads, sharedBytes }: { readonly threads: number; readonly sharedBytes: number }): boolean {
    const { limits } = this.device;
    return (
      threads <= Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX) &&
      sharedBytes <= limits.maxComputeWorkgroupStorageSize
    );
  }

  /**
   * @param key tells programs apart; source, bindings and constants follow from it
   * @param describe called once per key
   */
  program(key: string, describe: () => GpuProgram): CompiledProgram {
    let program = this.#programs.get(key);
    if (program === undefined) {
      program = new CompiledProgram(this.device, describe());
      this.#programs.set(key, program);
    }
    return program;
  }

  /**
   * A uniform buffer of 32-bit words, kept for further calls: for what follows from shapes.
   *
   * @param words integers; floats through {@link floatBits}
   */
  parameters(words: readonly number[]): GPUBuffer {
    const key = words.join();
    let buffer = this.#parameters.get(key);
    if (buffer === undefined) {
      if (this.#parameters.size >= MOST_PARAMETER_BUFFERS) this.#parameters.clear();
      const size = parts(words.length, 4) * 16;
      buffer = this.device.createBuffer({ size, usage: UNIFORM, mappedAtCreation: true });
      new Int32Array(buffer.getMappedRange()).set(words);
      buffer.unmap();
      this.#parameters.set(key, buffer);
    }
    return buffer;
  }

  /** The values of a small tensor as a uniform buffer, for what is recorded until the next submission. */
  uniform(tensor: TensorInfo): GPUBuffer {
    const { resource, values } = this.#recorder.tensorMap.get(tensor.dataId);
    const bytes = bytesOf(tensor);
    const buffer = this.stream.memory.acquireBuffer(bytes, UNIFORM | COPY_DST);
    if (resource != null) this.stream.copy({ from: resource, to: buffer, bytes });
    else this.device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
    this.#recorder.uniformPendingDisposal.push(buffer);
    return buffer;
  }

  /**
   * A tensor with the values of `tensor`, to be overwritten. Takes its memory over where no other tensor shares it: then
   * `tensor` changes too, and its owner must let go of it.
   */
  owned(tensor: TensorInfo): TensorInfo {
    const recorder = this.#recorder;
    const { dataId, shape, dtype } = tensor;
    if (recorder.refCount(dataId) === 1 && !this.stream.isConstant(this.buffer(tensor))) {
      this.detach(tensor);
      recorder.incRef(dataId);
      return { dataId, shape, dtype };
    }
    const copy = this.output(shape, dtype);
    this.stream.copy({ from: this.buffer(tensor), to: this.buffer(copy), bytes: bytesOf(tensor) });
    return copy;
  }

  /** A tensor with memory of its own whose values are not set. */
  output(shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
    return this.#recorder.makeTensorInfo([...shape], dtype);
  }

  /** The memory of a tensor; uploads its values if they are not on the GPU yet. */
  buffer(tensor: TensorInfo): GPUBuffer {
    return this.stream.bufferOf(tensor.dataId);
  }

  /** A tensor that takes over this memory. */
  tensorOn(buffer: GPUBuffer, { shape, dtype }: Pick<TensorInfo, 'shape' | 'dtype'>): TensorInfo {
    const tensor = this.output(shape, dtype);
    this.#recorder.tensorMap.get(tensor.dataId).resource = buffer;
    return tensor;
  }

  /**
   * The memory of a tensor for a new one alone, if others share it: they get a copy of it.
   *
   * @returns the new one; undefined if none shares the memory
   */
  separated(tensor: TensorInfo): TensorInfo | undefined {
    const recorder = this.#recorder;
    if (recorder.refCount(tensor.dataId) === 1) return undefined;
    const own = this.buffer(tensor);
    const copy = this.pool.acquireBuffer(own.size, TENSOR_USAGE);
    this.stream.copy({ from: own, to: copy, bytes: own.size });
    recorder.tensorMap.get(tensor.dataId).resource = copy;
    return this.tensorOn(own, tensor);
  }

  /** Sets the first bytes of a buffer to the values of a tensor of the same size. */
  set(buffer: GPUBuffer, tensor: TensorInfo): void {
    const { resource, values } = this.#recorder.tensorMap.get(tensor.dataId);
    if (resource != null || values == null) {
      this.stream.copy({ from: this.buffer(tensor), to: buffer, bytes: bytesOf(tensor) });
    } else {
      // Writes go before what is recorded.
      this.stream.submit();
      const words = tensor.dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values);
      this.device.queue.writeBuffer(buffer, 0, words);
    }
  }

  /**
   * Lends memory for the time of `use`. What is recorded afterwards may overwrite it.
   *
   * @param bytes a multiple of 4
   */
  withScratch<T>(bytes: number, use: (buffer: GPUBuffer) => T): T {
    const buffer = this.stream.memory.acquireBuffer(bytes, TENSOR_USAGE);
    try {
      return use(buffer);
    } finally {
      this.stream.memory.releaseBuffer(buffer);
    }
  }

  /**
   * Something computed from a tensor, kept until the tensor is disposed of or {@link owned}. There is one such thing per
   * tensor.
   *
   * @param bytes a multiple of 4
   * @param fill records what computes it; called once
   */
  attached(tensor: TensorInfo, bytes: number, fill: (buffer: GPUBuffer) => void): GPUBuffer {
    const known = this.#attached.get(tensor.dataId);
    if (known !== undefined) return known;
    const buffer = this.stream.memory.acquireBuffer(bytes, TENSOR_USAGE);
    this.#attached.set(tensor.dataId, buffer);
    fill(buffer);
    return buffer;
  }

  /**
   * Records one dispatch.
   *
   * @param buffers in the order of the program's bindings; none may be both read and written through two bindings
   * @param x, y, z workgroups, each at least 1 and at most `mostWorkgroups`
   */
  run(program: CompiledProgram, buffers: readonly GPUBuffer[], x: number, y = 1, z = 1): void {
    const { pool } = this;
    let key = '';
    for (const buffer of buffers) key += `${pool.idOf(buffer)},`;
    const { pipeline, label } = program;
    this.stream.dispatch({ pipeline, bindGroup: program.bindGroup(key, buffers), x, y, z }, label);
  }

  /** Forgets what was {@link attached}: for a tensor whose memory is overwritten. */
  detach({ dataId }: Pick<TensorInfo, 'dataId'>): void {
    const attached = this.#attached.get(dataId);
    if (attached === undefined) return;
    this.#attached.delete(dataId);
    this.stream.memory.releaseBuffer(attached);
  }
}

function bytesOf({ shape }: TensorInfo): number {
  return 4 * sizeOf(shape);
}
