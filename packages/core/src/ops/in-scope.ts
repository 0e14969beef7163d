import * as tf from '@tensorflow/tfjs';

/** Disposes of the tensors made in `work` that are not kept. As `tf.tidy`, but what is returned may be anything. */
export function inScope<T>(work: () => T): T {
  const engine = tf.engine();
  engine.startScope();
  try {
    return work();
  } finally {
    engine.endScope();
  }
}
