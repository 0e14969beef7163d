/** Bytes that come one after the other. */
export interface ByteSource {
  /** Fills memory with the next bytes. @returns how many: fewer than fit only at the end */
  fill(target: Uint8Array): Promise<number>;
}

/** The bytes of a stream, which is not read ahead of its reader. */
export function bytesOf(stream: AsyncIterable<Uint8Array>): ByteSource {
  const chunks = stream[Symbol.asyncIterator]();
  let chunk: Uint8Array = new Uint8Array(0);
  return {
    async fill(target) {
      let filled = 0;
      while (filled < target.length) {
        if (chunk.length === 0) {
          const next = await chunks.next();
          if (next.done === true) break;
          chunk = next.value;
        }
        const part = chunk.subarray(0, target.length - filled);
        target.set(part, filled);
        filled += part.length;
        chunk = chunk.subarray(part.length);
      }
      return filled;
    },
  };
}
