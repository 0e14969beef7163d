import type { Attribute, TensorflowBinding } from '../../../../tfjs/tensorflow-binding.ts';
import type { Constant } from './recording.ts';
import type { AttrValue, NodeDef, TensorflowMessages } from './tensorflow-messages.ts';

export type Attributes = Readonly<Record<string, AttrValue>>;

/** Puts nodes of TensorFlow's graphs into messages. Attributes may be shared between nodes. */
export class MessageWriter {
  readonly messages: TensorflowMessages;
  readonly #binding: TensorflowBinding;
  readonly #types = new Map<number, AttrValue>();

  constructor(messages: TensorflowMessages, binding: TensorflowBinding) {
    this.messages = messages;
    this.#binding = binding;
  }

  node(name: string, operation: string, inputs: readonly string[], attributes: Attributes): NodeDef {
    const node = new this.messages.NodeDef();
    node.setName(name);
    node.setOp(operation);
    node.setInputList(inputs);
    const map = node.getAttrMap();
    for (const [key, value] of Object.entries(attributes)) map.set(key, value);
    return node;
  }

  constant(name: string, { shape, dtype, values }: Constant): NodeDef {
    const tensor = new this.messages.Tensor();
    tensor.setDtype(dtype);
    tensor.setTensorShape(this.#shape(shape));
    tensor.setTensorContent(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    const value = this.#attribute((attribute) => attribute.setTensor(tensor));
    return this.node(name, 'Const', [], { dtype: this.type(dtype), value });
  }

  type(dtype: number): AttrValue {
    let value = this.#types.get(dtype);
    if (value === undefined) {
      value = this.#attribute((attribute) => attribute.setType(dtype));
      this.#types.set(dtype, value);
    }
    return value;
  }

  types(dtypes: readonly number[]): AttrValue {
    const list = new this.messages.AttrValue.ListValue();
    list.setTypeList(dtypes);
    return this.#attribute((attribute) => attribute.setList(list));
  }

  flag(value: boolean): AttrValue {
    return this.#attribute((attribute) => attribute.setB(value));
  }

  bytes(value: Uint8Array): AttrValue {
    return this.#attribute((attribute) => attribute.setS(value));
  }

  functionNamed(name: string): AttrValue {
    const reference = new this.messages.NameAttrList();
    reference.setName(name);
    return this.#attribute((attribute) => attribute.setFunc(reference));
  }

  /** An attribute of a call, as a graph has it. */
  ofCall({ name, type, value }: Attribute): AttrValue {
    const binding = this.#binding;
    return this.#attribute((attribute) => {
      if (type === binding.TF_ATTR_TYPE) attribute.setType(value as number);
      else if (type === binding.TF_ATTR_BOOL) attribute.setB(value as boolean);
      else if (type === binding.TF_ATTR_FLOAT) attribute.setF(value as number);
      else if (type === binding.TF_ATTR_STRING) attribute.setS(Buffer.from(value as string));
      else if (type === binding.TF_ATTR_INT && typeof value === 'number') attribute.setI(value);
      else if (type === binding.TF_ATTR_INT && Array.isArray(value)) {
        const list = new this.messages.AttrValue.ListValue();
        list.setIList(value as number[]);
        attribute.setList(list);
      } else throw new Error(`An attribute ${name} of this type cannot be put into a graph.`);
    });
  }

  #attribute(set: (attribute: AttrValue) => void): AttrValue {
    const attribute = new this.messages.AttrValue();
    set(attribute);
    return attribute;
  }

  #shape(sizes: readonly number[]) {
    const shape = new this.messages.TensorShape();
    for (const size of sizes) {
      const dim = new this.messages.TensorShape.Dim();
      dim.setSize(size);
      shape.addDim(dim);
    }
    return shape;
  }
}
