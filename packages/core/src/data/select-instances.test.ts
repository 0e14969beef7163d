import t from 'tap';
import { createRng } from '../random/rng.ts';
import { selectInstances } from './select-instances.ts';

const mask = (area: number) => Float32Array.from({ length: 8 }, (_, i) => (i < area ? 1 : -1));
const masks = [3, 0, 8, 3, 1, 5].map(mask);

t.test('the largest instances come first and equal ones keep their order, as in the paper', async (t) => {
  t.same(selectInstances(masks, { maxInstances: 20 }), [2, 5, 0, 3, 4]);
});

t.test('the limit keeps the largest', async (t) => {
  t.same(selectInstances(masks, { maxInstances: 2 }), [2, 5]);
});

t.test('an instance without an object pixel takes no slot, whatever the order', async (t) => {
  t.same(selectInstances([mask(0), mask(0)], { maxInstances: 4 }), []);
  const rng = createRng(1, 'instances');
  for (let i = 0; i < 50; i++) {
    t.notOk(selectInstances(masks, { maxInstances: 6, order: 'random', rng }).includes(1));
  }
});

t.test('the random order is seeded and reaches every instance', async (t) => {
  const draw = (seed: number) =>
    selectInstances(masks, { maxInstances: 2, order: 'random', rng: createRng(seed, 'i') });
  t.same(draw(5), draw(5));
  const seen = new Set<number>();
  for (let seed = 0; seed < 60; seed++) {
    const chosen = draw(seed);
    t.equal(new Set(chosen).size, 2, 'two different ones');
    for (const i of chosen) seen.add(i);
  }
  t.same([...seen].sort(), [0, 2, 3, 4, 5]);
});

t.test('a limit of nothing and a random order without a generator are refused', async (t) => {
  t.throws(() => selectInstances(masks, { maxInstances: 0 }), { name: 'UsageError', message: /got 0/ });
  t.throws(() => selectInstances(masks, { maxInstances: 1, order: 'random' }), { name: 'UsageError' });
});
