import { boxOfMask, wholeMask } from '@instagan/core';
import t from 'tap';
import { masksOfInstances, resizedMasks, resizeInstances } from './resize-instances.ts';
import { type MaskMaps, type SplitMask, splitMask } from './split-mask.ts';
import { discs } from './test-support.ts';

const [WIDTH, HEIGHT] = [60, 40];

/** A sure mask, or one of which each object pixel has this value. */
function mapsOf(mask: Uint8Array, depth: Float32Array | null = null, value = 1): MaskMaps {
  return { width: WIDTH, height: HEIGHT, mask: Float32Array.from(mask, (each) => (each === 0 ? -1 : value)), depth };
}

t.test('objects come largest first, with their area and confidence', async (t) => {
  const { instances, labels } = splitMask(mapsOf(discs(WIDTH, HEIGHT, [10, 10, 5], [40, 20, 9]), null, 0.6));
  t.equal(instances.length, 2);
  const [large, small] = instances;
  t.ok((large?.areaPx ?? 0) > 200 && (small?.areaPx ?? 0) < 100);
  t.ok(Math.abs((large?.confidence ?? 0) - 0.8) < 1e-6, 'the mean probability, (0.6 + 1) / 2');
  t.equal(labels[20 * WIDTH + 40], 1);
  t.equal(labels[10 * WIDTH + 10], 2);
});

t.test('specks and pin holes do not become objects', async (t) => {
  const mask = discs(WIDTH, HEIGHT, [30, 20, 10]);
  mask[20 * WIDTH + 30] = 0;
  mask[3] = 255;
  const { instances, labels } = splitMask(mapsOf(mask));
  t.equal(instances.length, 1);
  t.equal(labels[20 * WIDTH + 30], 1, 'the hole is filled');
  t.equal(labels[3], 0, 'the speck is gone');
});

t.test('what is too small or too unsure is dropped', async (t) => {
  const mask = discs(WIDTH, HEIGHT, [10, 10, 3], [40, 20, 9]);
  t.equal(splitMask(mapsOf(mask), { minArea: 0.02 }).instances.length, 1);
  t.equal(splitMask(mapsOf(mask, null, 0.2), { minConfidence: 0.7 }).instances.length, 0);
  t.same(splitMask(mapsOf(new Uint8Array(WIDTH * HEIGHT))).instances, [], 'nothing found is no error');
});

t.test('a predicted depth parts objects that overlap too much for their shape to tell', async (t) => {
  const mask = discs(WIDTH, HEIGHT, [24, 20, 10], [36, 20, 10]);
  t.equal(splitMask(mapsOf(mask)).instances.length, 1, 'the shape alone says one');
  const depth = Float32Array.from(mask, (value, i) => {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    const near = Math.min(Math.hypot(x - 22, y - 20), Math.hypot(x - 38, y - 20));
    return value === 0 ? 0 : Math.max(0, 1 - near / 10);
  });
  const { instances, labels } = splitMask(mapsOf(mask, depth));
  t.equal(instances.length, 2);
  t.not(labels[20 * WIDTH + 22], labels[20 * WIDTH + 38]);
  t.ok(instances.every(({ confidence }) => confidence > 0.95));
});

t.test('a fragment that is too small to be an object joins the one it lies on', async (t) => {
  const mask = discs(WIDTH, HEIGHT, [30, 20, 12]);
  const depth = Float32Array.from(mask, (value, i) =>
    value === 0 ? 0 : Math.max(0.05, 1 - Math.hypot((i % WIDTH) - 30, Math.floor(i / WIDTH) - 20) / 12),
  );
  depth[20 * WIDTH + 20] = 0.6;
  const { instances } = splitMask(mapsOf(mask, depth), { minArea: 0.01 });
  t.same(
    instances.map(({ areaPx }) => areaPx),
    [mask.filter((value) => value !== 0).length],
  );
});

t.test('instances keep their shape at another size, for photos are larger than what is predicted', async (t) => {
  const maps = mapsOf(discs(WIDTH, HEIGHT, [18, 20, 10], [42, 20, 10]));
  const split = splitMask(maps);
  const [width, height] = [3 * WIDTH, 3 * HEIGHT];
  const large = resizeInstances(split, maps, width, height);
  t.equal(large.instances.length, 2);
  for (const [i, { areaPx }] of large.instances.entries()) {
    const ratio = areaPx / (9 * (split.instances[i]?.areaPx ?? 0));
    t.ok(Math.abs(ratio - 1) < 0.05, `area times 9, to a factor of ${ratio}`);
  }
  const masks = masksOfInstances(large);
  t.equal(masks.length, 2);
  const whole = masks.map((mask) => wholeMask(mask, { width, height }));
  for (const [i, mask] of whole.entries()) {
    t.same(
      mask,
      Uint8Array.from(large.labels, (label) => (label === i + 1 ? 255 : 0)),
      'the mask of its label',
    );
    t.same(masks[i]?.box, boxOfMask(mask, { width, height }), 'in the smallest box');
  }
  const odd = resizeInstances(split, maps, 37, 101);
  t.match(odd, { width: 37, height: 101 });
  t.equal(odd.labels.length, 37 * 101);
});

/** As {@link resizeInstances}, looking at each pixel of the whole picture. */
function resizedEverywhere({ labels, ...split }: SplitMask, { mask }: MaskMaps, width: number, height: number) {
  const soft = mask.map((value, i) => (labels[i] === 0 ? Math.min(value, -0.02) : Math.max(value, 0.02)));
  const place = (i: number, to: number, from: number) => {
    const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    return { low: Math.floor(at), high: Math.min(from - 1, Math.floor(at) + 1), share: at - Math.floor(at) };
  };
  const mix = (a: number, b: number, share: number) => a + (b - a) * share;
  return Int32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [place(i % width, width, split.width), place(Math.floor(i / width), height, split.height)];
    const corners = [y.low, y.high].flatMap((row) => [x.low, x.high].map((column) => row * split.width + column));
    const [a = 0, b = 0, c = 0, d = 0] = corners.map((corner) => soft[corner] as number);
    if (mix(mix(a, b, x.share), mix(c, d, x.share), y.share) <= 0) return 0;
    const nearest = (y.share < 0.5 ? 0 : 2) + (x.share < 0.5 ? 0 : 1);
    return (
      [0, 1, 2, 3].map((flip) => labels[corners[nearest ^ flip] as number] as number).find((each) => each > 0) ?? 0
    );
  });
}

t.test(
  'instances that touch, at the edge of the picture too, are resized as if each pixel were looked at',
  async (t) => {
    const depth = Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
      const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
      return Math.max(
        0,
        1 - Math.min(Math.hypot(x - 22, y - 20), Math.hypot(x - 38, y - 20), Math.hypot(x, y - 39)) / 10,
      );
    });
    const maps = mapsOf(discs(WIDTH, HEIGHT, [24, 20, 10], [36, 20, 10], [0, 39, 9]), depth, 0.7);
    const split = splitMask(maps);
    t.equal(split.instances.length, 3);
    for (const [width, height] of [
      [3 * WIDTH, 3 * HEIGHT],
      [37, 101],
      [25, 17],
    ] as const) {
      const resized = resizeInstances(split, maps, width, height);
      t.same(resizedMasks(split, maps, { width, height }), masksOfInstances(resized), 'and so are the masks alone');
      t.same(resized.labels, resizedEverywhere(split, maps, width, height), `${width}x${height}`);
      for (const [i, { areaPx, box }] of resized.instances.entries()) {
        const mask = Uint8Array.from(resized.labels, (label) => (label === i + 1 ? 255 : 0));
        t.same([areaPx, box], [mask.filter((value) => value > 0).length, boxOfMask(mask, { width, height })]);
      }
    }
  },
);
