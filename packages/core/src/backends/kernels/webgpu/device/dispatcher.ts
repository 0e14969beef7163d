import type { DataType, TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { replaceMemory } from '../../../../tfjs/webgpu-memory.ts';
import { TENSOR_USAGE, type TfjsRecorder } from '../../../../tfjs/webgpu-recorder.ts';
import { ceilDiv } from '../../arithmetic.ts';
import { BufferPool } from './buffer-pool.ts';
import { CommandStream } from './command-stream.ts';
import { CompiledProgram, type GpuProgram } from './gpu-program.ts';
import { sizeOf } from './kernel-source.ts';

/** Parameter buffers to keep; training at one size needs some hundred. */
const MAX_PARAMETER_BUFFERS = 4096;

const UNIFORM = 0x40;
const COPY_DST = 0x08;

/**
 * Runs compute programs on tensors of tfjs's WebGPU backend, in order with its own operations. It keeps pipelines, parameters
 * and bind groups, so a dispatch takes three calls of WebGPU.
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
  get maxBuffers(): number {
    return this.device.limits.maxStorageBuffersPerShaderStage;
  }

  /** Largest number of workgroups along one dimension of a dispatch. */
  get maxWorkgroups(): number {
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
   * A uniform buffer of 32-bit words that follow from shapes, kept for further calls.
   *
   * @param words integers; floats through {@link floatBits}
   */
  parameters(words: readonly number[]): GPUBuffer {
    const key = words.join();
    let buffer = this.#parameters.get(key);
    if (buffer === undefined) {
      if (this.#parameters.size >= MAX_PARAMETER_BUFFERS) this.#parameters.clear();
      const size = ceilDiv(words.length, 4) * 16;
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
   * A tensor with the values of `tensor` that may be overwritten. Takes over the memory if no other tensor shares it: `tensor`
   * then changes too, and its owner must dispose of it.
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

  /** A tensor with memory of its own and no values yet. */
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
   * Gives the memory of a tensor to a new one, and a copy of it to those that share it.
   *
   * @returns the new tensor; undefined if `tensor` shares its memory with none
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
   * Lends memory to `use`. Commands after it may overwrite the memory.
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
   * A buffer computed from a tensor, kept until the tensor is disposed of or {@link owned}; one for each tensor.
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
   * @param x, y, z workgroups, each at least 1 and at most `maxWorkgroups`
   */
  run(program: CompiledProgram, buffers: readonly GPUBuffer[], x: number, y = 1, z = 1): void {
    const { pool } = this;
    let key = '';
    for (const buffer of buffers) key += `${pool.idOf(buffer)},`;
    const { pipeline, label } = program;
    this.stream.dispatch({ pipeline, bindGroup: program.bindGroup(key, buffers), x, y, z }, label);
  }

  /** Releases what is {@link attached} to a tensor, such as one whose memory is overwritten. */
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
