import t from 'tap';
import { ahead } from './ahead.ts';

async function* counting(made: number[], until = 100, fails = false): AsyncGenerator<number> {
  try {
    for (let i = 0; i < until; i++) {
      made.push(i);
      yield i;
    }
    if (fails) throw new Error('the source broke');
  } finally {
    made.push(-1);
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

t.test('a slow reader holds the source back: memory does not grow with the length', async (t) => {
  const made: number[] = [];
  let read = 0;
  for await (const item of ahead(counting(made, 20), 3)) {
    t.equal(item, read++);
    await turn();
    t.ok(made.filter((i) => i >= 0).length <= read + 3);
  }
  t.equal(read, 20);
});

t.test('the source works while the reader does', async (t) => {
  const made: number[] = [];
  for await (const _ of ahead(counting(made), 2)) {
    await turn();
    t.same(made, [0, 1, 2], 'the two after the first were made meanwhile');
    break;
  }
  t.equal(made.at(-1), -1, 'leaving early ends the source');
});

t.test('an error comes in its place, after the items before it', async (t) => {
  const seen: number[] = [];
  await t.rejects(async () => {
    for await (const item of ahead(counting([], 3, true), 5)) seen.push(item);
  }, /the source broke/);
  t.same(seen, [0, 1, 2]);
});
