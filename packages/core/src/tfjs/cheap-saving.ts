// For @tensorflow/tfjs-core 4.22.0.
// Why: it runs and records an Identity operation for each tensor that a gradient needs.
// Without it: a training step runs some thousand operations more, and WebGPU and TensorFlow wait for JavaScript.

import * as tf from '@tensorflow/tfjs';

/** What tfjs's engine and backends offer to their own operations. */
interface SavingEngine {
  clone(x: tf.Tensor): tf.Tensor;
  readonly backend: { incRef(dataId: tf.DataId): void };
  makeTensorFromTensorInfo(info: tf.TensorInfo): tf.Tensor;
}

/**
 * Runs `work` with a cheap way to save tensors for backpropagation: another tensor on the same memory. Gradients that
 * are computed in `work` cannot be differentiated again.
 */
export function withCheapSaving<T>(work: () => T): T {
  const engine = tf.engine() as unknown as SavingEngine;
  const { clone } = engine;
  engine.clone = ({ dataId, shape, dtype }) => {
    engine.backend.incRef(dataId);
    return engine.makeTensorFromTensorInfo({ dataId, shape, dtype });
  };
  try {
    return work();
  } finally {
    engine.clone = clone;
  }
}
