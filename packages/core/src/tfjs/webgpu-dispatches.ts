// For @tensorflow/tfjs-backend-webgpu 4.22.0.
// Why: it counts dispatches of the current pass only.
// Without it: the dispatches of a step, which tests and benchmarks limit, lack those of stock operations.

import type { TfjsRecorder } from './webgpu-recorder.ts';

/** Calls `onDispatch` at each dispatch of a stock operation. */
export function observeDispatches(recorder: TfjsRecorder, onDispatch: () => void): void {
  const record = recorder.recordAndSubmit.bind(recorder);
  recorder.recordAndSubmit = (...call) => {
    onDispatch();
    record(...call);
  };
}
