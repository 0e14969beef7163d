// For @tensorflow/tfjs-node 4.22.0.
// Why: its types do not declare the addon or what the backend keeps to itself, which the kernels call.
// Without it: nothing breaks at run time; the kernels of the node backends do not compile.

import type * as tf from '@tensorflow/tfjs';

/** A tensor in TensorFlow's hands; whoever made it gives it back with `deleteTensor`. */
export interface Handle {
  readonly id: number;
  readonly shape: readonly number[];
  /** TensorFlow's number of the data type. */
  readonly dtype: number;
}

/** A setting of an operation of TensorFlow. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

type NamedNumber =
  | 'TF_ATTR_BOOL'
  | 'TF_ATTR_FLOAT'
  | 'TF_ATTR_INT'
  | 'TF_ATTR_STRING'
  | 'TF_ATTR_TYPE'
  | 'TF_FLOAT'
  | 'TF_INT32';

/** What the kernels use of tfjs-node's native addon. */
export interface TensorflowBinding extends Readonly<Record<NamedNumber, number>> {
  isUsingGpuDevice(): boolean;
  executeOp(operation: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number): Handle[];
  createTensor(shape: readonly number[], dtype: number, values: Float32Array | Int32Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  /** @param tags of the graph, separated by commas */
  loadSavedModel(folder: string, tags: string): number;
  /** @param feeds names like `node:0`, separated by commas, as many as `inputs` */
  runSavedModel(model: number, inputs: readonly number[], feeds: string, fetches: string): Handle[];
  deleteSavedModel(model: number): void;
}

/** What the kernels use of the inside of tfjs-node's backend. */
export interface TensorflowBackend {
  readonly binding: TensorflowBinding;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  createOutputTensor(metadata: Handle): tf.TensorInfo;
  getDTypeInteger(dtype: tf.DataType): number;
}
