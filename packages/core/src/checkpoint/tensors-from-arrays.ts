import * as tf from '@tensorflow/tfjs';
import type { ParameterSpec } from '../networks/parameters.ts';
import type { NamedArray, NamedArrays } from './named-arrays.ts';

/**
 * The tensors a network needs out of stored arrays.
 *
 * @param prefix what the network's parameters are stored under, e.g. `generatorAToB.`
 * @param source the file, for the message
 * @throws Error if one is missing or has another shape
 */
export function tensorsFromArrays(
  specs: readonly ParameterSpec[],
  arrays: NamedArrays,
  prefix: string,
  source: string,
): Map<string, tf.Tensor> {
  const tensors = new Map<string, tf.Tensor>();
  for (const { name, shape } of specs) {
    tensors.set(name, tensorFromArray(arrays.get(prefix + name), shape, `${source}: ${prefix}${name}`));
  }
  return tensors;
}

/** One stored array as a float32 tensor of the shape expected. */
export function tensorFromArray(array: NamedArray | undefined, shape: readonly number[], what: string): tf.Tensor {
  if (array === undefined) throw new Error(`${what} is missing.`);
  if (array.shape.join('x') !== shape.join('x') || !(array.data instanceof Float32Array)) {
    throw new Error(`${what} should hold ${shape.join('x')} 32-bit floats, not ${array.shape.join('x')}.`);
  }
  return tf.tensor(array.data, [...shape], 'float32');
}
