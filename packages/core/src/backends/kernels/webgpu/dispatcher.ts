import type { DataType, TensorInfo, TypedArray } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { parts } from '../arithmetic.ts';
import { BufferPool } from './buffer-pool.ts';
import { CompiledProgram, type GpuProgram } from './gpu-program.ts';

/** What tfjs's backend keeps to itself: its recording of commands, which the kernels join to keep the order of operations. */
interface Recorder {
  readonly device: GPUDevice;
  readonly tensorMap: { get(dataId: object): { resource?: GPUBuffer } };
  /** Go back to the pool after the next submission. */
  readonly uniformPendingDisposal: GPUBuffer[];
  bufferManager: unknown;
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  /** Set while `tf.time` runs. */
  readonly activeTimers?: { name: string; query: Promise<number> }[];
  readonly supportTimestampQuery: boolean;
  querySet: GPUQuerySet | null;
  readonly querySetCount: number;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  getQueryTime(): Promise<number>;
  recordAndSubmit(...call: unknown[]): void;
  uploadToGPU(dataId: object): void;
  releaseResource(dataId: object): void;
  makeTensorInfo(shape: number[], dtype: DataType): TensorInfo;
  refCount(dataId: object): number;
  incRef(dataId: object): void;
  convertAndCacheOnCPU(dataId: object, values: TypedArray): TypedArray;
}

/** Dispatches recorded before they are sent off: few submissions, and a GPU that does not wait for the whole step. */
const DISPATCHES_PER_SUBMIT = 128;
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
  readonly #recorder: Recorder;
  readonly #programs = new Map<string, CompiledProgram>();
  readonly #parameters = new Map<string, GPUBuffer>();
  readonly #attached = new Map<object, GPUBuffer>();
  #dispatches = 0;

  constructor(backend: WebGPUBackend) {
    const recorder = backend as unknown as Recorder;
    this.#recorder = recorder;
    this.device = recorder.device;
    this.pool = new BufferPool(this.device, () => this.submit());
    recorder.bufferManager = this.pool;
    const record = recorder.recordAndSubmit.bind(recorder);
    recorder.recordAndSubmit = (...call) => {
      this.#dispatches++;
      record(...call);
    };
    const release = recorder.releaseResource.bind(recorder);
    recorder.releaseResource = (dataId) => {
      this.#detach(dataId);
      release(dataId);
    };
    // What is read is not kept as the tensor's values, as tfjs would: its memory may be overwritten afterwards.
    recorder.convertAndCacheOnCPU = (_dataId, values) => values;
  }

  /** Dispatches since the start, those of stock operations among them. */
  get dispatches(): number {
    return this.#dispatches;
  }

  /** Largest number of storage buffers in a program. */
  get mostBuffers(): number {
    return this.device.limits.maxStorageBuffersPerShaderStage;
  }

  /** Largest number of workgroups along one dimension of a dispatch. */
  get mostWorkgroups(): number {
    return this.device.limits.maxComputeWorkgroupsPerDimension;
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

  /**
   * A uniform buffer of 32-bit words for what is recorded until the next submission: for what changes at each call.
   *
   * @param words integers; floats through {@link floatBits}
   */
  momentary(words: readonly number[]): GPUBuffer {
    const buffer = this.pool.acquireBuffer(parts(words.length, 4) * 16, UNIFORM | COPY_DST);
    this.device.queue.writeBuffer(buffer, 0, new Int32Array(words));
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
    if (recorder.refCount(dataId) === 1) {
      this.#detach(dataId);
      recorder.incRef(dataId);
      return { dataId, shape, dtype };
    }
    const copy = this.output(shape, dtype);
    const [from, to] = [this.buffer(tensor), this.buffer(copy)];
    recorder.ensureCommandEncoderReady();
    recorder.endComputePassEncoder();
    recorder.commandEncoder!.copyBufferToBuffer(from, 0, to, 0, to.size);
    return copy;
  }

  /** A tensor with memory of its own whose values are not set. */
  output(shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
    return this.#recorder.makeTensorInfo([...shape], dtype);
  }

  /** The memory of a tensor; uploads its values if they are not on the GPU yet. */
  buffer(tensor: TensorInfo): GPUBuffer {
    const { tensorMap } = this.#recorder;
    const data = tensorMap.get(tensor.dataId);
    if (data.resource == null) this.#recorder.uploadToGPU(tensor.dataId);
    return data.resource as GPUBuffer;
  }

  /**
   * Lends memory for the time of `use`. What is recorded afterwards may overwrite it.
   *
   * @param bytes a multiple of 4
   */
  withScratch<T>(bytes: number, use: (buffer: GPUBuffer) => T): T {
    const buffer = this.pool.acquireBuffer(bytes, TENSOR_USAGE);
    try {
      return use(buffer);
    } finally {
      this.pool.releaseBuffer(buffer);
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
    const buffer = this.pool.acquireBuffer(bytes, TENSOR_USAGE);
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
    const recorder = this.#recorder;
    const { pool } = this;
    let key = '';
    for (const buffer of buffers) key += `${pool.idOf(buffer)},`;
    const bindGroup = program.bindGroup(key, buffers);
    recorder.ensureCommandEncoderReady();
    const timed = recorder.activeTimers != null;
    if (timed) this.#beginTimedPass();
    recorder.computePassEncoder ??= recorder.commandEncoder!.beginComputePass();
    const pass = recorder.computePassEncoder;
    pass.setPipeline(program.pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(x, y, z);
    this.#dispatches++;
    recorder.dispatchCountInPass++;
    if (timed) {
      recorder.endComputePassEncoder();
      recorder.activeTimers.push({ name: program.label, query: recorder.getQueryTime() });
    } else if (recorder.dispatchCountInPass >= DISPATCHES_PER_SUBMIT) {
      this.submit();
    }
  }

  /** Sends off what is recorded. */
  submit(): void {
    this.#recorder.endComputePassEncoder();
    if (this.#recorder.commandEncoder !== null) this.#recorder.submitQueue();
  }

  #detach(dataId: object): void {
    const attached = this.#attached.get(dataId);
    if (attached === undefined) return;
    this.#attached.delete(dataId);
    this.pool.releaseBuffer(attached);
  }

  #beginTimedPass(): void {
    const recorder = this.#recorder;
    recorder.endComputePassEncoder();
    if (!recorder.supportTimestampQuery) return;
    recorder.querySet ??= this.device.createQuerySet({ type: 'timestamp', count: recorder.querySetCount });
    recorder.computePassEncoder = recorder.commandEncoder!.beginComputePass({
      timestampWrites: { querySet: recorder.querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
    });
  }
}

/** STORAGE, COPY_SRC and COPY_DST: what tfjs asks of the memory of tensors. */
const TENSOR_USAGE = 0x80 | 0x04 | 0x08;
