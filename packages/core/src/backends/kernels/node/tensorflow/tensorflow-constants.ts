import type { Attribute, Handle, TensorflowBinding } from '../../../../tfjs/tensorflow-binding.ts';

/** Tensors kept at most; a training run of one size needs about a hundred. */
const MAX_TENSORS = 512;

/** Attributes, and small constant tensors that are made once: shapes, axes, factors. */
export class TensorflowConstants {
  readonly binding: TensorflowBinding;
  /** The type of a list of inputs, which TensorFlow does not find out. */
  readonly float: Attribute;
  /** Oldest first. */
  readonly #tensors = new Map<string, Handle>();

  constructor(binding: TensorflowBinding) {
    this.binding = binding;
    this.float = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  }

  text(name: string, value: string): Attribute {
    return { name, type: this.binding.TF_ATTR_STRING, value };
  }

  flag(name: string, value: boolean): Attribute {
    return { name, type: this.binding.TF_ATTR_BOOL, value };
  }

  integer(name: string, value: number | readonly number[]): Attribute {
    return { name, type: this.binding.TF_ATTR_INT, value };
  }

  real(name: string, value: number): Attribute {
    return { name, type: this.binding.TF_ATTR_FLOAT, value };
  }

  scalar(value: number): Handle {
    return this.#kept(`scalar ${value}`, () => this.#tensor([], 'TF_FLOAT', Float32Array.of(value)));
  }

  /** One axis. */
  axis(value: number): Handle {
    return this.#kept(`axis ${value}`, () => this.#tensor([], 'TF_INT32', Int32Array.of(value)));
  }

  /** A shape, sizes or axes, `[values.length]`. */
  integers(values: readonly number[]): Handle {
    return this.#kept(`integers ${values}`, () => this.#tensor([values.length], 'TF_INT32', Int32Array.from(values)));
  }

  /** Any values, made once for a key and shape. */
  floats(key: string, shape: readonly number[], make: () => Float32Array): Handle {
    return this.#kept(`${key} ${shape}`, () => this.#tensor(shape, 'TF_FLOAT', make()));
  }

  /** A table of integers, made once for a key and shape. */
  table(key: string, shape: readonly number[], make: () => Int32Array): Handle {
    return this.#kept(`${key} ${shape}`, () => this.#tensor(shape, 'TF_INT32', make()));
  }

  /** The constant of an id, with its values; undefined for any other tensor. */
  find(id: number): (Handle & { readonly values: Float32Array | Int32Array }) | undefined {
    for (const handle of this.#tensors.values()) {
      if (handle.id === id) return { ...handle, values: this.binding.tensorDataSync(id) as Float32Array | Int32Array };
    }
    return undefined;
  }

  /** Deletes what is kept beyond the limit; to be called when no call holds a constant. */
  trim(most: number = MAX_TENSORS): void {
    for (const [key, { id }] of this.#tensors) {
      if (this.#tensors.size <= most) return;
      this.binding.deleteTensor(id);
      this.#tensors.delete(key);
    }
  }

  #kept(key: string, make: () => Handle): Handle {
    let handle = this.#tensors.get(key);
    if (handle === undefined) {
      handle = make();
      this.#tensors.set(key, handle);
    }
    return handle;
  }

  #tensor(shape: readonly number[], dtype: 'TF_FLOAT' | 'TF_INT32', values: Float32Array | Int32Array): Handle {
    const type = this.binding[dtype];
    return { id: this.binding.createTensor(shape, type, values), shape, dtype: type };
  }
}
