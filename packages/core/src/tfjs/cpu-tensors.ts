// For @tensorflow/tfjs-backend-cpu 4.22.0.
// Why: tfjs does not declare what kernels use of the backend: the values of tensors, and how to make one.
// Without it: nothing breaks at run time; the kernels of the cpu backend do not compile.

import type { TensorInfo } from '@tensorflow/tfjs';

/** The part of tfjs's cpu backend that kernels use. */
export interface CpuTensors {
  readonly data: { get(dataId: object): { values: Float32Array } };
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}
