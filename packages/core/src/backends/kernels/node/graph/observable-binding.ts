import type { Attribute, Handle, TensorflowBinding } from '../../../../tfjs/tensorflow-binding.ts';

export type TensorValues = Float32Array | Int32Array | Uint8Array;

/** Hears of every call that makes tensors, after it was made. */
export interface BindingObserver {
  operation(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: readonly Handle[],
  ): void;
  tensor(made: Handle, values: TensorValues): void;
}

/** tfjs-node's native addon with somebody listening, or nobody. */
export interface ObservableBinding {
  /** The addon. */
  readonly native: TensorflowBinding;
  /** To be used in its place. */
  readonly binding: TensorflowBinding;
  /** Who listens; at most one does. */
  observer: BindingObserver | undefined;
}

/** Lets calls of the addon be observed. */
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
