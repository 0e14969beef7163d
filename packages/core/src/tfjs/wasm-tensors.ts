// For @tensorflow/tfjs-backend-wasm 4.22.0.
// Why: its types hide where tensors lie, which the kernels must know.
// Without it: nothing breaks at run time; the kernels of the wasm backend do not compile.

import type { DataType, TensorInfo } from '@tensorflow/tfjs';

/** The part of tfjs's wasm backend that kernels use. */
export interface WasmTensors {
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  getMemoryOffset(dataId: object): number;
  disposeData(dataId: object): boolean;
  incRef(dataId: object): void;
}
