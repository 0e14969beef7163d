import type { Attribute, Handle } from '../../../../tfjs/tensorflow-binding.ts';
import type { BindingObserver, TensorValues } from './observable-binding.ts';

/** Where a value comes from: a tensor that is fed, one that never varies, or an output of an operation; by index. */
export type Source =
  | { readonly kind: 'fed'; readonly index: number }
  | { readonly kind: 'constant'; readonly index: number }
  | { readonly kind: 'output'; readonly operation: number; readonly index: number };

/** A source, and what the tensor is. */
export interface Value {
  readonly source: Source;
  readonly shape: readonly number[];
  /** TensorFlow's number of the data type. */
  readonly dtype: number;
}

export interface RecordedOperation {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly inputs: readonly Value[];
}

export interface Constant {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values: TensorValues;
}

/** The calls of TensorFlow that a computation makes, in their order, as a flow of data. */
export class Recording implements BindingObserver {
  readonly operations: RecordedOperation[] = [];
  readonly constants: Constant[] = [];
  readonly #values = new Map<number, Value>();
  readonly #made = new Map<number, Constant>();
  readonly #lasting: (id: number) => Constant | undefined;
  #obstacle: string | undefined;

  /**
   * @param fed tensors whose values vary
   * @param lasting a tensor made before that never varies, by its id
   */
  constructor(fed: readonly Handle[], lasting: (id: number) => Constant | undefined) {
    this.#lasting = lasting;
    for (const [index, { id, shape, dtype }] of fed.entries()) {
      this.#values.set(id, { source: { kind: 'fed', index }, shape, dtype });
    }
  }

  /** Why the recording is incomplete; undefined while it is complete. */
  get obstacle(): string | undefined {
    return this.#obstacle;
  }

  operation(name: string, attributes: readonly Attribute[], ids: readonly number[], outputs: readonly Handle[]): void {
    const inputs = ids.flatMap((id) => this.valueOf(id) ?? []);
    if (inputs.length < ids.length) {
      this.#obstacle ??= `${name} reads a tensor that is neither an input nor state nor made by the program`;
      return;
    }
    const [x] = inputs;
    if (name === 'Reshape' && x !== undefined) {
      const [{ id, shape }] = outputs as [Handle];
      const origin = this.#beforeReshape(x);
      if (isSameShape(origin.shape, shape)) {
        this.#values.set(id, origin);
        return;
      }
      inputs[0] = origin;
    }
    const operation = this.operations.push({ name, attributes, inputs }) - 1;
    for (const [index, { id, shape, dtype }] of outputs.entries()) {
      this.#values.set(id, { source: { kind: 'output', operation, index }, shape, dtype });
    }
  }

  tensor({ id, shape, dtype }: Handle, values: TensorValues): void {
    this.#made.set(id, { shape, dtype, values });
  }

  /** Where a tensor comes from; undefined for one that the computation should not use. */
  valueOf(id: number): Value | undefined {
    const known = this.#values.get(id);
    if (known !== undefined) return known;
    const constant = this.#made.get(id) ?? this.#lasting(id);
    if (constant === undefined) return undefined;
    const index = this.constants.push(constant) - 1;
    const value: Value = { source: { kind: 'constant', index }, shape: constant.shape, dtype: constant.dtype };
    this.#values.set(id, value);
    return value;
  }

  /** The input of a reshape: a reshape of a reshape skips the first one. */
  #beforeReshape(value: Value): Value {
    const { source } = value;
    const maker = source.kind === 'output' ? this.operations[source.operation] : undefined;
    return maker?.name === 'Reshape' ? (maker.inputs[0] as Value) : value;
  }
}

function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
