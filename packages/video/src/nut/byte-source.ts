/** Reads bytes of a stream in the portions that its reader wants. The stream is not read ahead of them. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** @returns the next byte, or null at the end */
  async byte(): Promise<number | null> {
    while (this.#at === this.#chunk.length) if (!(await this.#advance())) return null;
    return this.#chunk[this.#at++] as number;
  }

  /** @returns the next bytes in an array of their own; null if the stream ends before */
  async bytes(count: number): Promise<Uint8Array | null> {
    const result = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      if (this.#at === this.#chunk.length && !(await this.#advance())) return null;
      const part = this.#chunk.subarray(this.#at, this.#at + count - filled);
      result.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    return result;
  }

  async #advance(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#chunk = next.value;
    this.#at = 0;
    return true;
  }
}
