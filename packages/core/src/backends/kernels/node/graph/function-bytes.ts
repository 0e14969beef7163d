import type { FunctionDef, NodeDef, TensorflowMessages } from './tensorflow-messages.ts';

/** Nodes that are messages at a time. */
const BATCH = 64;

/**
 * A function of TensorFlow in bytes, made piece by piece: thousands of nodes as messages would take the heap a hundred
 * megabytes that it keeps. Serialised messages one after the other are one message that has the fields of all.
 */
export class FunctionBytes {
  readonly #messages: TensorflowMessages;
  readonly #pieces: Uint8Array[] = [];
  #batch: NodeDef[] = [];
  #nodes = 0;

  constructor(messages: TensorflowMessages) {
    this.#messages = messages;
  }

  /** Nodes added until now. */
  get nodes(): number {
    return this.#nodes;
  }

  add(node: NodeDef): void {
    this.#nodes++;
    if (this.#batch.push(node) === BATCH) this.#flush();
  }

  /** Adds all that is not a node. */
  finish(rest: FunctionDef): void {
    this.#flush();
    this.#pieces.push(rest.serializeBinary());
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#pieces);
  }

  #flush(): void {
    const part = new this.#messages.FunctionDef();
    part.setNodeDefList(this.#batch);
    this.#pieces.push(part.serializeBinary());
    this.#batch = [];
  }
}

/** A serialised message as a field of another one. */
export function nested(field: number, message: Uint8Array): Uint8Array {
  const head = [(field << 3) | 2];
  let length = message.length;
  for (; length >= 0x80; length >>>= 7) head.push((length & 0x7f) | 0x80);
  head.push(length);
  return Buffer.concat([Uint8Array.from(head), message]);
}
