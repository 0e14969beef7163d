import * as tf from '@tensorflow/tfjs';

/** What tfjs's engine and backends offer to their own operations. */
interface SavingEngine {
  clone(x: tf.Tensor): tf.Tensor;
  readonly backend: { incRef(dataId: tf.DataId): void };
  makeTensorFromTensorInfo(info: tf.TensorInfo): tf.Tensor;
}

/**
 * Runs `work` with a cheap way to save tensors for backpropagation: another tensor on the same memory. tfjs runs an
 * operation and records it for each, some thousand in a training step, so that a gradient can be differentiated again.
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
