import * as tf from '@tensorflow/tfjs';
import type { Dispatcher } from './dispatcher.ts';
import { elementwise } from './elementwise.ts';

/**
 * Replaces tfjs's addition where both sides have one shape: backpropagation adds gradients by it, and its own kernel
 * takes several times as long to record.
 *
 * @returns how to undo it
 */
export function replaceAddition(gpu: Dispatcher): () => void {
  const stock = tf.getKernel('Add', 'webgpu');
  if (stock === undefined) return () => {};
  tf.unregisterKernel('Add', 'webgpu');
  tf.registerKernel({
    ...stock,
    kernelFunc: (call) => {
      const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      const alike = a.dtype === 'float32' && b.dtype === 'float32' && tf.util.arraysEqual(a.shape, b.shape);
      if (!alike || a.shape.length < 3) return stock.kernelFunc(call);
      return elementwise(gpu, a.shape, { name: 'Add', inputs: { a, b }, statements: 'value = a[i] + b[i];' });
    },
  });
  return () => {
    tf.unregisterKernel('Add', 'webgpu');
    tf.registerKernel(stock);
  };
}
