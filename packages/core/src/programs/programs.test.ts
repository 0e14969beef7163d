import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../backends/registry.ts';
import { compiled } from './compiled.ts';
import { directRunner, type Program } from './program.ts';
import { ProgramCache } from './program-cache.ts';
import { replaceTensors } from './state.ts';
import { flatten, tensorsOf, treeKey, unflatten } from './tree.ts';

const backend = await openBackend('cpu');
t.teardown(() => backend.close());

const [x, y] = [tf.ones([2, 3]), tf.ones([4])];

t.test('a tree is taken apart and put together again: a program gives back what it was given', async (t) => {
  const tree = { list: [x, { y, none: undefined }], map: new Map([['x', x]]), weight: 0.5, kind: 'a', nothing: null };
  const { tensors, structure } = flatten(tree);
  t.same(tensors.length, 3);
  t.ok(tensors[0] === x && tensors[1] === y && tensors[2] === x, 'in the order of the tree');
  const others = tensors.map((tensor) => tf.neg(tensor));
  const rebuilt = unflatten<typeof tree>(structure, others);
  t.ok(rebuilt.list[0] === others[0]);
  t.ok((rebuilt.list[1] as { y: tf.Tensor }).y === others[1]);
  t.ok(rebuilt.map.get('x') === others[2]);
  t.same({ ...rebuilt, list: [], map: 0 }, { list: [], map: 0, weight: 0.5, kind: 'a', nothing: null });
  t.ok('none' in (rebuilt.list[1] as object), 'what is undefined stays');
});

t.test('a tree is made of nothing else: what a program closes over must not slip in', async (t) => {
  class Weights {}
  t.throws(() => flatten({ deep: [new Weights()] }), { message: /not an instance of Weights\./ });
  t.throws(() => flatten([() => x]), { message: /not a function\./ });
});

t.test('keys differ with all that decides which operations are done, and with nothing else', async (t) => {
  const [same, int, turned] = [tf.zeros([2, 3]), tf.zeros([2, 3], 'int32'), tf.zeros([3, 2])];
  t.equal(treeKey({ x }), treeKey({ x: same }), 'values');
  const keys = [
    ...[{ x }, { x: int }, { x: turned }, { y: x }, { x, y }, { x: [x] }, new Map([['x', x]]), [x], x, [x, x]],
    ...[
      { x: 1 },
      { x: '1' },
      { x: true },
      { x: 'true' },
      { x: null },
      { x: undefined },
      {},
      [],
      '<2,3>',
      { x: '<2,3>' },
    ],
    ...[[0], [-0], [Number.NaN], [10], [1, 0], ['1 0'], ['a', 'b'], ['a b'], [['a'], 'b'], [['a', 'b']]],
  ].map(treeKey);
  for (const [i, key] of keys.entries()) t.equal(keys.indexOf(key), i, key);
  tf.dispose([same, int, turned]);
});

t.test('state is exchanged within its map, tree by tree', async (t) => {
  const state = new Map<string, unknown>([
    ['w', x],
    ['moments', { m: y, v: y }],
  ]);
  const next = [tf.zeros([1]), tf.zeros([2]), tf.zeros([3])];
  tf.tidy(() => replaceTensors(state, next));
  t.same(
    tensorsOf(state).map(({ id }) => id),
    next.map(({ id }) => id),
  );
  t.ok(state.get('w') === next[0]);
  tf.dispose(next);
});

t.test('a compiled function takes and returns trees, and a backend sees tensors and a key', async (t) => {
  const seen: Program[] = [];
  const programs = {
    run(program: Program) {
      seen.push(program);
      return directRunner.run(program);
    },
  };
  const total = new Map([['total', tf.keep(tf.zeros([2, 3]))]]);
  const weights = new Map([['w', tf.fill([2, 3], 3)]]);
  const add = compiled(
    'add',
    ({ items, factor }: { items: readonly tf.Tensor[]; factor: number }) => {
      const before = total.get('total') as tf.Tensor;
      total.set('total', tf.keep(tf.addN([before, ...items])));
      before.dispose();
      const w = weights.get('w') as tf.Tensor;
      return { scaled: items.map((item) => tf.mul(tf.mul(item, w), factor)), count: items.length };
    },
    { state: [total], captured: weights, programs },
  );
  const before = tf.memory().numTensors;
  const { scaled, count } = add({ items: [x, x], factor: 2 });
  t.equal(count, 2);
  t.same([...scaled[1]!.dataSync()], [6, 6, 6, 6, 6, 6]);
  t.same([...total.get('total')!.dataSync()], [2, 2, 2, 2, 2, 2]);
  t.equal(tf.memory().numTensors, before + 2, 'nothing but the outputs is left');
  tf.dispose(scaled);
  const rest = [
    { items: [x, x], factor: 3 },
    { items: [x], factor: 2 },
    { items: [x, x], factor: 2 },
  ].map(add);
  tf.dispose(rest.map((outputs) => outputs.scaled));
  const keys = seen.map(({ key }) => key);
  t.equal(new Set(keys).size, 3, 'constants and the number of tensors tell calls apart');
  t.equal(keys[3], keys[0]);
  t.same([seen[0]!.inputs.length, seen[0]!.captured.length, tensorsOf(seen[0]!.state).length], [2, 1, 1]);
  tf.dispose([...total.values(), ...weights.values()]);
});

t.test('within another one a compiled function is a part of it', async (t) => {
  const seen: string[] = [];
  const programs = {
    run(program: Program) {
      seen.push(program.key.split(' ')[0] as string);
      return directRunner.run(program);
    },
  };
  const inner = compiled('inner', (z: tf.Tensor) => new Map([['z', tf.add(tf.add(z, 1), 1)]]), { programs });
  const outer = compiled('outer', (z: tf.Tensor) => tf.add(inner(z).get('z') as tf.Tensor, 1), { programs });
  const before = tf.memory().numTensors;
  const sum = outer(y);
  t.same([...sum.dataSync()], [4, 4, 4, 4]);
  t.same(seen, ['outer']);
  sum.dispose();
  t.equal(tf.memory().numTensors, before);
  const failing = compiled(
    'failing',
    (): tf.Tensor => {
      throw new Error('too bad');
    },
    { programs },
  );
  t.throws(() => failing(y), { message: 'too bad' });
  tf.dispose(inner(y).get('z') as tf.Tensor);
  t.same(seen, ['outer', 'failing', 'inner'], 'also after one that failed');
});

class Recording {
  isDisposed = false;
  readonly cost: number;
  constructor(cost: number) {
    this.cost = cost;
  }
  dispose(): void {
    this.isDisposed = true;
  }
}

function cacheOf({ programs = 10, recordings = 10, cost = 100 } = {}) {
  return new ProgramCache<Recording>({
    ...{ programs, recordings },
    costOf: (held) => held.reduce((sum, each) => sum + each.cost, 0),
    cost: () => cost,
  });
}

t.test('the cache drops what was used least recently, and no more than it must', async (t) => {
  const cache = cacheOf();
  const [a, b, c, d] = [40, 30, 30, 50].map((cost) => new Recording(cost)) as Recording[];
  for (const [key, recording] of Object.entries({ a, b, c })) cache.keep(cache.visit(key), recording as Recording);
  t.ok(cache.makeRoom(), 'all fit');
  t.equal(cache.visit('a').recording, a, 'a is used again');
  cache.keep(cache.visit('d'), d!);
  t.ok(cache.makeRoom());
  t.same(
    [a, b, c, d].map((each) => each!.isDisposed),
    [false, true, true, false],
  );
  t.equal(cache.visit('b').recording, undefined);
  t.match(cache.visit('b'), { firstRun: 6, lastRun: 7 }, 'what was dropped begins anew');
  cache.clear();
  t.ok(a!.isDisposed && d!.isDisposed);
});

t.test('the cache spares what is in use, whatever it costs', async (t) => {
  const cache = cacheOf({ cost: 10 });
  const [large, other] = [new Recording(1000), new Recording(5)];
  cache.keep(cache.visit('large'), large);
  t.notOk(cache.makeRoom());
  t.notOk(large.isDisposed, 'of the current run');
  cache.keep(cache.visit('other'), other);
  const { firstRun } = cache.visit('newcomer');
  cache.visit('other');
  t.notOk(cache.makeRoom(6, firstRun), 'a newcomer displaces nothing that was used since it came');
  t.same([large.isDisposed, other.isDisposed], [true, false]);
  t.ok(cache.makeRoom(5), 'and fits beside it if it is small');
});

t.test('the cache holds a bounded number of recordings, and remembers a bounded number of programs', async (t) => {
  const cache = cacheOf({ programs: 3, recordings: 2 });
  const held = [1, 2, 3].map((cost) => {
    const recording = new Recording(cost);
    cache.keep(cache.visit(`recorded ${cost}`), recording);
    cache.makeRoom();
    return recording;
  });
  t.same(
    held.map(({ isDisposed }) => isDisposed),
    [true, false, false],
  );
  for (const key of ['a', 'b', 'c', 'd']) cache.visit(key);
  t.equal(cache.visit('b').firstRun, 5);
  t.equal(cache.visit('a').firstRun, 9, 'forgotten');
});
