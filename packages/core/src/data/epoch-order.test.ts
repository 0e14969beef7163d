import t from 'tap';
import { createEpochOrder, type EpochOrder, type EpochOrderOptions } from './epoch-order.ts';

const base: EpochOrderOptions = { seed: 7, countA: 10, countB: 3, batch: 4 };

function places(order: EpochOrder, batch: number, epoch: number) {
  return Array.from({ length: order.stepsPerEpoch * batch }, (_, i) =>
    order.at(epoch * order.stepsPerEpoch + Math.floor(i / batch), i % batch),
  );
}

t.test('an epoch shows each image of the larger domain exactly once, so none is overrepresented', async (t) => {
  const order = createEpochOrder(base);
  t.equal(order.stepsPerEpoch, 3, '10 images in batches of 4');
  for (const epoch of [0, 1, 5]) {
    const seen = places(order, 4, epoch);
    const firstPass = seen.slice(0, 10).map((entry) => entry.a);
    t.same([...firstPass].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    t.ok(
      seen.slice(10).every((entry) => entry.a >= 0 && entry.a < 10),
      'the last batch is full',
    );
    t.same(
      seen.map((entry) => entry.index),
      seen.map((_, i) => i),
      'indices count the places of the epoch',
    );
    t.ok(seen.every((entry) => entry.epoch === epoch));
  }
});

t.test('the smaller domain is used evenly over the whole run', async (t) => {
  const order = createEpochOrder(base);
  const uses = [0, 0, 0];
  const seen: number[] = [];
  for (let epoch = 0; epoch < 4; epoch++) for (const entry of places(order, 4, epoch)) seen.push(entry.b);
  for (const [i, b] of seen.entries()) {
    uses[b] = (uses[b] as number) + 1;
    if (i % 3 === 2) t.same(uses, Array(3).fill((i + 1) / 3), `after ${i + 1} places`);
  }
});

t.test('which domain is larger does not matter, and equal domains are both passed once', async (t) => {
  const swapped = createEpochOrder({ ...base, countA: 3, countB: 10 });
  t.same(
    places(swapped, 4, 1)
      .slice(0, 10)
      .map((entry) => entry.b)
      .sort(),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  const equal = createEpochOrder({ ...base, countA: 8, countB: 8 });
  const seen = places(equal, 4, 2);
  t.same(seen.map((entry) => entry.a).sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
  t.same(seen.map((entry) => entry.b).sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
  t.notSame(
    seen.map((entry) => entry.a),
    seen.map((entry) => entry.b),
    'A and B are not paired by number',
  );
});

t.test('a resumed run sees the order an unbroken one would have seen', async (t) => {
  const unbroken = createEpochOrder(base);
  const all = Array.from({ length: 40 }, (_, step) => unbroken.at(step, step % 4));
  for (const step of [39, 0, 17, 3, 38]) {
    t.same(createEpochOrder(base).at(step, step % 4), all[step], `step ${step} read first`);
    t.same(unbroken.at(step, step % 4), all[step], `step ${step} read again, out of order`);
  }
});

t.test('seeds and epochs give different orders', async (t) => {
  const options = { ...base, countA: 50 };
  const of = (seed: number, epoch: number) => places(createEpochOrder({ ...options, seed }), 4, epoch).map((e) => e.a);
  t.notSame(of(7, 0), of(8, 0));
  t.notSame(of(7, 0), of(7, 1));
});

t.test('a batch larger than the domain is filled by further passes', async (t) => {
  const order = createEpochOrder({ seed: 1, countA: 2, countB: 1, batch: 5 });
  t.equal(order.stepsPerEpoch, 1);
  const a = places(order, 5, 0).map((entry) => entry.a);
  t.same(
    [a.slice(0, 2).sort(), a.slice(2, 4).sort()],
    [
      [0, 1],
      [0, 1],
    ],
  );
  t.same(
    places(order, 5, 3).map((entry) => entry.b),
    [0, 0, 0, 0, 0],
  );
});

t.test('an empty domain or a broken batch is refused by name', async (t) => {
  t.throws(() => createEpochOrder({ ...base, countB: 0 }), { name: 'UsageError', message: /domain B.*got 0/ });
  t.throws(() => createEpochOrder({ ...base, batch: 1.5 }), { name: 'UsageError', message: /batch.*got 1.5/ });
});
