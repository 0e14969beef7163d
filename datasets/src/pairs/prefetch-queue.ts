/** Hands out results by step and works ahead on the steps that follow. */
export interface PrefetchQueue<Result> {
  /** Results held or in the making that nobody has asked for yet: at most `length`. */
  readonly waiting: number;
  /** @throws what `load` throws for this very step, and only when this step is asked for */
  take(step: number): Promise<Result>;
  /** Forgets what was fetched ahead; nothing more is begun. */
  clear(): void;
}

export interface PrefetchQueueOptions<Result> {
  /** Must depend on `step` alone. */
  readonly load: (step: number) => Promise<Result>;
  /** Steps fetched ahead; 0 fetches only what is asked for. */
  readonly length: number;
}

/** Asking for a step far from the last one drops what was fetched ahead, so that memory stays bounded. */
export function createPrefetchQueue<Result>({ load, length }: PrefetchQueueOptions<Result>): PrefetchQueue<Result> {
  const ahead = new Map<number, Promise<Result>>();
  let cleared = false;
  return {
    get waiting() {
      return ahead.size;
    },
    take(step) {
      const result = ahead.get(step) ?? load(step);
      ahead.delete(step);
      for (const other of ahead.keys()) if (other < step || other > step + length) ahead.delete(other);
      for (let next = step + 1; next <= step + length && !cleared; next++) {
        if (ahead.has(next)) continue;
        const fetched = load(next);
        // Told to whoever takes this step; until then it must not count as an unhandled rejection.
        fetched.catch(() => {});
        ahead.set(next, fetched);
      }
      return result;
    },
    clear() {
      cleared = true;
      ahead.clear();
    },
  };
}
