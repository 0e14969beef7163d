/**
 * Runs a source ahead of its reader: while the reader works on one item, up to `length` further ones are made. This is
 * how the stages of a pipeline overlap, each waiting when those after it are slower.
 *
 * @throws from the iterator whatever the source throws, in its place
 */
export async function* ahead<Item>(source: AsyncIterable<Item>, length: number): AsyncGenerator<Item, void, void> {
  const iterator = source[Symbol.asyncIterator]();
  const waiting: Promise<IteratorResult<Item>>[] = [];
  let last: Promise<unknown> = Promise.resolve();
  const request = () => {
    const next = last.then(() => iterator.next());
    // Told to the reader when it comes to this item.
    last = next.catch(() => {});
    next.catch(() => {});
    waiting.push(next);
  };
  try {
    for (;;) {
      while (waiting.length <= length) request();
      const result = await (waiting.shift() as Promise<IteratorResult<Item>>);
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    await last;
    await iterator.return?.();
  }
}
