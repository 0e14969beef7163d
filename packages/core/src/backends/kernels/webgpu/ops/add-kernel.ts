import * as tf from '@tensorflow/tfjs';
import type { KernelFunction } from '../../../../tfjs/stock-kernels.ts';
import type { Dispatcher } from '../device/dispatcher.ts';
import { elementwise } from './elementwise.ts';

/**
 * tfjs's addition where both sides have one shape: backpropagation adds gradients by it, and the stock kernel takes
 * several times as long to record.
 */
export function addition(gpu: Dispatcher, stock: KernelFunction): KernelFunction {
  return (call) => {
    const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    const alike = a.dtype === 'float32' && b.dtype === 'float32' && tf.util.arraysEqual(a.shape, b.shape);
    if (!alike || a.shape.length < 3) return stock(call);
    return elementwise(gpu, a.shape, { name: 'Add', inputs: { a, b }, statements: 'value = a[i] + b[i];' });
  };
}
