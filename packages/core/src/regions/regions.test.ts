import t from 'tap';
import { type Box, boxOfMask, intersect, windowAround } from '../data/box.ts';
import type { Pixels } from '../data/sample.ts';
import { type Cover, coverOf, layOver, markMask } from './compose.ts';
import { planRegions } from './plan-regions.ts';
import { resample } from './resample.ts';

const box = (left: number, top: number, width: number, height: number): Box => ({ left, top, width, height });

t.test('the box of a mask is the smallest, in bytes and in values', async (t) => {
  const bytes = Uint8Array.from('000000100110000000', (digit) => 255 * Number(digit));
  const size = { width: 6, height: 3 };
  t.same(boxOfMask(bytes, size), box(0, 1, 5, 1));
  t.same(
    boxOfMask(
      Float32Array.from(bytes, (byte) => byte / 127.5 - 1),
      size,
    ),
    box(0, 1, 5, 1),
  );
  t.equal(boxOfMask(new Uint8Array(18).fill(127), size), null);
});

t.test('a window stays in the image', async (t) => {
  const image = { width: 100, height: 50 };
  t.same(windowAround(box(40, 20, 10, 10), { width: 30, height: 20 }, image), box(30, 15, 30, 20));
  t.same(windowAround(box(0, 45, 4, 5), { width: 30, height: 20 }, image), box(0, 30, 30, 20));
  t.same(windowAround(box(40, 20, 10, 10), { width: 200, height: 20 }, image), box(0, 15, 100, 20));
});

const TRAINED = { size: { width: 96, height: 96 }, objectSidePx: 48 };

t.test('objects are as large in their regions as in training', async (t) => {
  const options = { ...TRAINED, image: { width: 4000, height: 3000 }, instancesPerRegion: 2 };
  const [one] = planRegions([box(1000, 1000, 400, 300)], [0], options);
  t.same(one, { box: box(800, 750, 800, 800), size: TRAINED.size, instances: [0] });
  const [tiny] = planRegions([box(1000, 1000, 3, 2)], [0], options);
  t.same(tiny?.box, box(1001 - 11, 1001 - 12, 24, 24), 'magnified four times and no more');
  const [large] = planRegions([box(0, 0, 4000, 2000)], [0], options);
  t.same(large, { box: box(0, 0, 4000, 3000), size: { width: 48, height: 32 }, instances: [0] }, 'cut by the image');
  t.same(planRegions([null, box(0, 0, 9, 9)], [0], options), [], 'without a pixel there is no region');
});

t.test('near objects of a similar size share a region, up to as many as fit', async (t) => {
  const options = { ...TRAINED, image: { width: 1000, height: 1000 }, instancesPerRegion: 2 };
  const boxes = [box(100, 100, 100, 80), box(150, 120, 90, 90), box(130, 110, 95, 80), box(700, 700, 100, 100)];
  const groups = (order: number[], chunk = 2, of = boxes) =>
    planRegions(of, order, { ...options, instancesPerRegion: chunk }).map(({ instances }) => instances);
  t.same(groups([0, 3, 1, 2]), [[0, 1], [3], [2]]);
  t.same(groups([0, 3, 1, 2], 3), [[0, 1, 2], [3]]);
  t.same(groups([3, 0]), [[3], [0]], 'far ones do not');
  t.same(groups([0, 1], 2, [box(0, 0, 100, 100), box(90, 90, 40, 40)]), [[0], [1]], 'nor those of another size');
  for (const region of planRegions(boxes, [0, 1, 2, 3], options)) {
    for (const index of region.instances) {
      const inner = boxes[index] as Box;
      t.ok(
        intersect(region.box, inner) && region.box.left <= inner.left && region.box.top <= inner.top,
        `${index} lies in its region`,
      );
    }
  }
});

t.test('a part is scaled without a shift, whatever the type of its pixels', async (t) => {
  // A ramp along x, which every kernel keeps.
  const width = 40;
  const ramp = Float32Array.from({ length: width * 30 * 3 }, (_, i) => (Math.floor(i / 3) % width) / 39);
  const types: [Pixels, number][] = [
    [Uint8Array.from(ramp, (value) => Math.round(255 * value)), 0.01],
    [Uint16Array.from(ramp, (value) => Math.round(65535 * value)), 1e-4],
    [ramp.map((value) => 2 * value - 1), 1e-6],
  ];
  for (const [pixels, tolerance] of types) {
    for (const kernel of ['linear', 'cubic'] as const) {
      for (const side of [5, 10, 20, 40]) {
        const part = box(10, 5, 20, 20);
        const size = { width: side, height: side };
        const result = resample(pixels, { width, channels: 3 }, part, size, 3, kernel);
        t.equal(result.length, side * side * 3);
        // Away from the border of the part, where there are no neighbours on one side.
        const margin = Math.max(2, side / 10);
        for (let x = margin; x < side - margin; x++) {
          const at = 10 + ((x + 0.5) * 20) / side - 0.5;
          const found = result[3 * (2 * side + x)] as number;
          if (Math.abs(found - ((2 * at) / 39 - 1)) > tolerance) t.fail(`${kernel} ${side}: ${found} at ${x}`);
        }
      }
    }
  }
});

t.test('a part of a scaled picture is that part of the whole', async (t) => {
  const [width, height] = [31, 23];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 256);
  for (const size of [
    { width: 11, height: 40 },
    { width: 50, height: 9 },
  ]) {
    const all = resample(pixels, { width, channels: 3 }, box(3, 2, 20, 19), size, 3, 'cubic');
    const part = box(4, 3, 6, 5);
    const expected = Array.from({ length: part.height }, (_, y) => {
      const from = ((part.top + y) * size.width + part.left) * 3;
      return [...all.subarray(from, from + part.width * 3)];
    });
    t.same([...resample(pixels, { width, channels: 3 }, box(3, 2, 20, 19), size, 3, 'cubic', part)], expected.flat());
    t.same(
      resample(pixels, { width, channels: 3 }, box(3, 2, 20, 19), box(7, 5, size.width, size.height), 3, 'cubic'),
      all,
      'wherever a box of that size lies',
    );
  }
});

t.test('the translation covers objects, fades in the rim, and changes nothing beyond', async (t) => {
  const width = 30;
  const mask = new Uint8Array(width * width);
  for (let y = 12; y < 16; y++) mask.fill(255, y * width + 12, y * width + 18);
  const part = box(2, 4, 24, 22);
  const objects = new Uint8Array(part.width * part.height);
  markMask(objects, { box: box(0, 0, width, width), pixels: mask }, part);
  t.equal(
    objects.reduce((sum, value) => sum + value, 0),
    24,
  );
  const cover = coverOf(objects, part, 3) as Cover;
  t.same(cover.part, box(9, 9, 12, 10), 'only the surroundings of the objects are looked at');
  t.same(coverOf(objects, part, 0), { part: box(12, 12, 6, 4), shares: new Float32Array(24).fill(1) }, 'no rim');
  t.equal(coverOf(new Uint8Array(objects.length), part, 3), null);

  const translated = new Float32Array(cover.shares.length * 3).fill(1);
  for (const before of [new Uint8Array(width * width * 4).fill(7), new Uint16Array(width * width * 4).fill(777)]) {
    const after = before.slice();
    layOver(after, { width, channels: 4 }, cover, translated);
    const full = before instanceof Uint8Array ? 255 : 65535;
    for (let i = 0; i < width * width; i++) {
      const [x, y] = [i % width, Math.floor(i / width)];
      const dx = Math.max(12 - x, 0, x - 17);
      const dy = Math.max(12 - y, 0, y - 15);
      const distance = Math.hypot(dx, dy);
      const value = after[4 * i] as number;
      if (distance === 0) t.equal(value, full);
      else if (distance >= 4) t.equal(value, before[0], 'untouched');
      else t.ok(value > before[0]! && value < full, 'in the rim');
      t.equal(after[4 * i + 3], before[0], 'alpha stays');
    }
  }
});
