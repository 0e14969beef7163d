import type { Attribute, Handle, TensorflowBinding } from '../../../../tfjs/tensorflow-binding.ts';

export type TensorValues = Float32Array | Int32Array | Uint8Array;

/** Is called after every call of the addon that makes tensors. */
export interface BindingObserver {
  operation(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: readonly Handle[],
  ): void;
  tensor(made: Handle, values: TensorValues): void;
}

/** tfjs-node's native addon, and who observes its calls. */
export interface ObservableBinding {
  /** The addon. */
  readonly native: TensorflowBinding;
  /** To be used in its place. */
  readonly binding: TensorflowBinding;
  /** The one observer, if there is any. */
  observer: BindingObserver | undefined;
}

/** Makes the calls of an addon observable. */
export function observable(native: TensorflowBinding): ObservableBinding {
  const executeOp: TensorflowBinding['executeOp'] = (operation, attributes, inputs, count) => {
    const outputs = native.executeOp(operation, attributes, inputs, count);
    observed.observer?.operation(operation, attributes, inputs, outputs);
    return outputs;
  };
  const createTensor: TensorflowBinding['createTensor'] = (shape, dtype, values) => {
    const id = native.createTensor(shape, dtype, values);
    observed.observer?.tensor({ id, shape, dtype }, values);
    return id;
  };
  // The addon's own properties cannot be assigned.
  const binding: TensorflowBinding = Object.create(native, {
    executeOp: { value: executeOp },
    createTensor: { value: createTensor },
  });
  const observed: ObservableBinding = { native, binding, observer: undefined };
  return observed;
}
