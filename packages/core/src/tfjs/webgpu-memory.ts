// For @tensorflow/tfjs-backend-webgpu 4.22.0.
// Why: its buffer manager keeps all idle memory and hands it out in no fixed order, it tells nobody when a tensor's memory is
//   released, and it keeps the values that are read beside the memory, which kernels may overwrite.
// Without it: memory grows with every shape, bind groups are made anew in each step, and tensors that were read and then
//   overwritten in place give their old values.

import type { BufferSource, TfjsRecorder } from './webgpu-recorder.ts';

/**
 * Makes the backend take its memory from `memory`.
 *
 * @param onRelease hears of each tensor before its memory is released
 */
export function replaceMemory(recorder: TfjsRecorder, memory: BufferSource, onRelease: (dataId: object) => void): void {
  recorder.bufferManager = memory;
  const release = recorder.releaseResource.bind(recorder);
  recorder.releaseResource = (dataId) => {
    onRelease(dataId);
    release(dataId);
  };
  recorder.convertAndCacheOnCPU = (_dataId, values) => values;
}
