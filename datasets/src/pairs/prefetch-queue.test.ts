import t from 'tap';
import { createByteCache } from './byte-cache.ts';
import { createPrefetchQueue } from './prefetch-queue.ts';

/** A loader that counts and whose results are settled by hand. */
function manualLoader() {
  const begun: number[] = [];
  const settle = new Map<number, { done: () => void; fail: (error: Error) => void }>();
  const load = (step: number) => {
    begun.push(step);
    return new Promise<string>((resolve, reject) => {
      settle.set(step, { done: () => resolve(`step ${step}`), fail: reject });
    });
  };
  return { begun, settle, load };
}

t.test('the queue works ahead, but never by more than its length: memory stays bounded', async (t) => {
  const { begun, settle, load } = manualLoader();
  const queue = createPrefetchQueue({ load, length: 3 });
  const first = queue.take(0);
  t.same(begun, [0, 1, 2, 3], 'the step asked for comes first');
  t.equal(queue.waiting, 3);
  for (const step of [0, 1, 2, 3]) settle.get(step)?.done();
  t.equal(await first, 'step 0');
  await new Promise((resolve) => setTimeout(resolve, 10));
  t.same(begun, [0, 1, 2, 3], 'nothing more is begun until somebody takes');
  t.equal(await queue.take(1), 'step 1');
  t.same(begun, [0, 1, 2, 3, 4]);
  for (let step = 2; step < 50; step++) {
    const taken = queue.take(step);
    settle.get(step)?.done();
    t.equal(await taken, `step ${step}`);
    t.ok(queue.waiting <= 3);
  }
  t.equal(begun.length, 53, 'each step was made once');
});

t.test('jumping drops what was fetched for elsewhere', async (t) => {
  const { begun, settle, load } = manualLoader();
  const queue = createPrefetchQueue({ load, length: 2 });
  queue.take(0);
  const far = queue.take(100);
  t.same(begun, [0, 1, 2, 100, 101, 102]);
  t.equal(queue.waiting, 2);
  settle.get(100)?.done();
  t.equal(await far, 'step 100');
  queue.take(1);
  t.same(begun.slice(6), [1, 2, 3], 'going back makes them again');
});

t.test('an error belongs to its step: it is told to who takes it, and ends nothing before', async (t) => {
  const { settle, load } = manualLoader();
  const queue = createPrefetchQueue({ load, length: 2 });
  const first = queue.take(0);
  settle.get(1)?.fail(new Error('broken file'));
  await new Promise((resolve) => setTimeout(resolve, 10));
  settle.get(0)?.done();
  t.equal(await first, 'step 0');
  await t.rejects(queue.take(1), /broken file/);
  const again = queue.take(1);
  settle.get(1)?.done();
  t.equal(await again, 'step 1', 'and it can be tried again');
});

t.test('a length of 0 fetches only what is asked for, and a cleared queue begins nothing', async (t) => {
  const none = manualLoader();
  createPrefetchQueue({ load: none.load, length: 0 }).take(5);
  t.same(none.begun, [5]);
  const cleared = manualLoader();
  const queue = createPrefetchQueue({ load: cleared.load, length: 4 });
  queue.clear();
  queue.take(0);
  t.same(cleared.begun, [0]);
  t.equal(queue.waiting, 0);
});

t.test('the cache holds what was used last and never more than its bound', async (t) => {
  const cache = createByteCache<string>(100);
  cache.set('a', 'A', 40);
  cache.set('b', 'B', 40);
  t.equal(cache.get('a'), 'A', 'and a is now the fresher one');
  cache.set('c', 'C', 40);
  t.same(
    ['a', 'b', 'c'].map((key) => cache.get(key)),
    ['A', undefined, 'C'],
  );
  t.equal(cache.bytes, 80);
  cache.set('huge', 'H', 101);
  t.equal(cache.get('huge'), undefined);
  t.equal(cache.bytes, 80, 'and pushed nothing out');
  cache.set('a', 'A2', 60);
  t.same([cache.get('a'), cache.bytes], ['A2', 100], 'replacing counts once');
  const off = createByteCache<string>(0);
  off.set('a', 'A', 1);
  t.equal(off.get('a'), undefined);
});
