/**
 * Memory of frames that is used again: with fresh megabytes for every frame, all objects of the process are looked at for garbage every
 * few frames. Whoever takes some may do with it what he likes until it is given back; what never is, is collected as usual.
 */
export class FrameMemory {
  readonly #taken = new WeakSet<Uint8Array>();
  readonly #free = new Map<number, Uint8Array[]>();

  /** @returns so many bytes of any value */
  take(bytes: number): Uint8Array {
    const data = this.#free.get(bytes)?.pop() ?? new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
    this.#taken.add(data);
    return data;
  }

  /** Takes back what nobody reads or writes any more; what was not taken here, or is back already, is left alone. */
  giveBack(data: Uint8Array): void {
    if (!this.#taken.delete(data)) return;
    const free = this.#free.get(data.length);
    if (free === undefined) this.#free.set(data.length, [data]);
    else free.push(data);
  }
}
