import t from 'tap';
import { drawTransform, loadSize } from './transform-draw.ts';

const size = { height: 200, width: 100 };
const key = { seed: 3, epoch: 2, index: 5, domain: 'A' } as const;

t.test('the load size is that of the paper: 1.1 times the target, each side rounded', async (t) => {
  t.same(loadSize({ size: { height: 300, width: 200 } }), { height: 330, width: 220 });
  t.same(loadSize({ size: { height: 64, width: 64 } }), { height: 70, width: 70 });
  t.same(loadSize({ size, loadScale: 1 }), size);
});

t.test('a draw depends on its key alone, so that augmentation survives a resume', async (t) => {
  const first = drawTransform({ size }, key);
  for (let index = 0; index < 5; index++) drawTransform({ size }, { ...key, index });
  t.same(drawTransform({ size }, key), first);
});

t.test('every part of the key changes the draws', async (t) => {
  const draws = (change: object) =>
    JSON.stringify(
      Array.from({ length: 8 }, (_, index) => drawTransform({ size }, { ...key, index: index * 10, ...change })),
    );
  const plain = draws({});
  for (const change of [{ seed: 4 }, { epoch: 3 }, { domain: 'B' }, { attempt: 1 }]) {
    t.not(draws(change), plain, JSON.stringify(change));
  }
  t.not(JSON.stringify(drawTransform({ size }, { ...key, index: 6 })), JSON.stringify(drawTransform({ size }, key)));
});

t.test('crops reach every border but never leave the image, and half of the images are flipped', async (t) => {
  const tops = new Set<number>();
  const lefts = new Set<number>();
  const sizes = new Set<string>();
  let flips = 0;
  for (let index = 0; index < 2000; index++) {
    const draw = drawTransform({ size }, { ...key, index });
    sizes.add(JSON.stringify([draw.load, draw.size]));
    tops.add(draw.top);
    lefts.add(draw.left);
    flips += draw.flip ? 1 : 0;
  }
  t.same([...sizes], [JSON.stringify([{ height: 220, width: 110 }, size])]);
  const range = (count: number) => Array.from({ length: count }, (_, i) => i);
  t.same(
    [...tops].sort((a, b) => a - b),
    range(21),
  );
  t.same(
    [...lefts].sort((a, b) => a - b),
    range(11),
  );
  t.ok(Math.abs(flips - 1000) < 110, `${flips} of 2000 flipped: within 5 standard deviations of half`);
});

t.test('without augmentation nothing is random', async (t) => {
  t.same(drawTransform({ size, augment: false }, key), { load: size, size, top: 0, left: 0, flip: false });
});

t.test('sizes and scales that make no sense are refused', async (t) => {
  t.throws(() => loadSize({ size: { height: 0, width: 4 } }), { name: 'UsageError', message: /0x4/ });
  t.throws(() => loadSize({ size: { height: 4, width: 2.5 } }), { name: 'UsageError' });
  t.throws(() => loadSize({ size, loadScale: 0.9 }), { name: 'UsageError', message: /0\.9/ });
  t.throws(() => loadSize({ size, loadScale: Number.NaN }), { name: 'UsageError' });
});
