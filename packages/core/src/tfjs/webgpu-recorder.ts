// For @tensorflow/tfjs-backend-webgpu 4.22.0.
// Why: its types hide the recording of commands, which the kernels join to keep the order of operations.
// Without it: nothing breaks at run time; the kernels of the webgpu backend do not compile.

import type { DataType, TensorInfo, TypedArray } from '@tensorflow/tfjs';

/** STORAGE, COPY_SRC and COPY_DST: what tfjs asks of the memory of tensors. */
export const TENSOR_USAGE = 0x80 | 0x04 | 0x08;

/** Gives out memory, as tfjs's own manager of buffers does. */
export interface BufferSource {
  /** Bytes in use, and those that lie idle besides. */
  readonly numBytesUsed: number;
  readonly numBytesAllocated: number;
  /**
   * @param mapped the buffer is mapped if it is made for this call; an idle one is not
   * @param reuse whether an idle buffer will do, and whether this one may serve again
   */
  acquireBuffer(bytes: number, usage: number, mapped?: boolean, reuse?: boolean): GPUBuffer;
  releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
}

/** What tfjs's WebGPU backend knows of a tensor. */
export interface TensorData {
  /** Its memory on the GPU, once it has some. */
  resource?: GPUBuffer | null;
  /** Its values, as long as they are not on the GPU. */
  values?: TypedArray | readonly number[] | null;
}

/** What tfjs's backend keeps to itself: its recording of commands, which the kernels join to keep the order of operations. */
export interface TfjsRecorder {
  readonly device: GPUDevice;
  readonly tensorMap: { get(dataId: object): TensorData };
  /** Data whose disposal waits for the next submission. */
  commandQueueOwnedIds: Pick<WeakSet<object>, 'has' | 'add'>;
  /** Go back to the pool after the next submission. */
  uniformPendingDisposal: GPUBuffer[];
  bufferManager: BufferSource;
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
  tensorToBinding(tensor: TensorInfo): GPUBindingResource;
  releaseResource(dataId: object): void;
  makeTensorInfo(shape: number[], dtype: DataType): TensorInfo;
  refCount(dataId: object): number;
  incRef(dataId: object): void;
  /** A number larger than that of any data made before. */
  nextDataId(): number;
  convertAndCacheOnCPU(dataId: object, values: TypedArray): TypedArray;
}
