// For @tensorflow/tfjs-backend-webgpu 4.22.0.
// Why: it does not look at errors of the device: a lost GPU or a faulty shader shows as zeros, or as a read without end.
// Without it: a run on a GPU that fails hangs or trains on zeros instead of ending with the cause.

import type { KernelBackend } from '@tensorflow/tfjs';

/** Makes reads of tensors fail from the moment that `failure` is rejected, those that wait included. */
export function failReads(backend: KernelBackend, failure: Promise<never>): void {
  const read = backend.read.bind(backend);
  backend.read = (dataId) => Promise.race([failure, read(dataId)]);
}
