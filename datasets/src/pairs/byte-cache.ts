/** Keeps what was used last, within a bound of bytes. */
export interface ByteCache<Value> {
  /** Bytes held, at most the bound. */
  readonly bytes: number;
  get(key: string): Value | undefined;
  /** A value larger than the whole bound is not kept. */
  set(key: string, value: Value, bytes: number): void;
}

/** @param maxBytes 0 keeps nothing */
export function createByteCache<Value>(maxBytes: number): ByteCache<Value> {
  const entries = new Map<string, { value: Value; bytes: number }>();
  let held = 0;
  const remove = (key: string) => {
    held -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };
  return {
    get bytes() {
      return held;
    },
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      // A map keeps the order of insertion: the first key is the one used longest ago.
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, bytes) {
      remove(key);
      if (bytes > maxBytes) return;
      for (const oldest of entries.keys()) {
        if (held + bytes <= maxBytes) break;
        remove(oldest);
      }
      entries.set(key, { value, bytes });
      held += bytes;
    },
  };
}
