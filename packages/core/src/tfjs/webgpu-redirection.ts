// For @tensorflow/tfjs-backend-webgpu 4.22.0.
// Why: it sends the commands of its operations to the GPU and cannot record them for later.
// Without it: each training step and translation is computed operation by operation, in JavaScript.

import type { BufferSource, TfjsRecorder } from './webgpu-recorder.ts';

/** Where commands and tensors go instead of the GPU. */
export interface Redirection {
  readonly encoder: GPUCommandEncoder;
  readonly memory: BufferSource;
  /** Hears of every tensor that an operation is about to read or write. */
  readonly onUse: (dataId: object) => void;
  /** Hears of values that are about to be uploaded, of tensors that were made before. */
  readonly onForeignUpload: () => void;
}

/** Runs `work` while the commands of the backend go to an encoder of the caller's and nothing is submitted. */
export function withRedirectedCommands(
  recorder: TfjsRecorder,
  { encoder, memory, onUse, onForeignUpload }: Redirection,
  work: () => void,
): void {
  const { uploadToGPU, tensorToBinding } = recorder;
  const firstId = recorder.nextDataId();
  const meanwhile: Partial<TfjsRecorder> = {
    bufferManager: memory,
    commandEncoder: encoder,
    uniformPendingDisposal: [],
    // Commands run in their order, so the memory of a disposed tensor goes to the next one at once.
    commandQueueOwnedIds: { has: () => false, add: () => new WeakSet() },
    submitQueue: () => {
      recorder.dispatchCountInPass = 0;
    },
    uploadToGPU: (dataId) => {
      const { values } = recorder.tensorMap.get(dataId);
      if (values != null && (dataId as { id: number }).id < firstId) onForeignUpload();
      uploadToGPU.call(recorder, dataId);
    },
    tensorToBinding: (tensor) => {
      onUse(tensor.dataId);
      return tensorToBinding.call(recorder, tensor);
    },
  };
  const before: Partial<TfjsRecorder> = Object.fromEntries(
    Object.keys(meanwhile).map((name) => [name, recorder[name as keyof TfjsRecorder]]),
  );
  Object.assign(recorder, meanwhile);
  try {
    work();
  } finally {
    recorder.computePassEncoder = null;
    recorder.dispatchCountInPass = 0;
    Object.assign(recorder, before);
  }
}
