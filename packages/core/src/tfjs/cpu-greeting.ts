// For @tensorflow/tfjs-backend-cpu 4.22.0.
// Why: at its first tensor in Node it prints an advertisement for tfjs-node.
// Without it: the advertisement stands in the output of every command that runs on cpu.

import type * as tf from '@tensorflow/tfjs';

/** Makes the backend silent about tfjs-node. @param backend tfjs's backend `cpu`, before its first tensor */
export function silenceCpuGreeting(backend: tf.KernelBackend): void {
  (backend as unknown as { firstUse: boolean }).firstUse = false;
}
