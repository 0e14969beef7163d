import t from 'tap';
import { bootstrap, bootstrapMean, bootstrapRatio } from './bootstrap.ts';
import { type ImageFeatures, kernelDistance } from './kid.ts';
import { checkerboardEnergy, greyShare, piecesOf } from './mask-health.ts';
import { largestPairIou, unionIou } from './mask-overlap.ts';
import { piecesIn } from './object-pieces.ts';
import { psnr } from './psnr.ts';
import { regionsAround } from './regions.ts';
import { nearestShapes, shapeDiversity, shapeOf } from './shapes.ts';
import { sharpness } from './sharpness.ts';
import { meanWithin, ssimMap } from './ssim.ts';

/** A mask drawn as text: `#` is object. */
function drawn(...rows: readonly string[]) {
  const mask = Float32Array.from(rows.join(''), (sign) => (sign === '#' ? 1 : -1));
  return { mask, size: { width: rows[0]?.length ?? 0, height: rows.length } };
}

/** A square of `side` pixels on a field of 40x40. */
function square(left: number, top: number, side: number): Float32Array {
  return Float32Array.from({ length: 1600 }, (_, i) => {
    const [x, y] = [i % 40, Math.floor(i / 40)];
    return x >= left && x < left + side && y >= top && y < top + side ? 1 : -1;
  });
}

t.test('an interval holds the figure, repeats with its seed, and narrows with more images', async (t) => {
  const values = (count: number) => Array.from({ length: count }, (_, i) => i % 4);
  const few = bootstrapMean(values(8), 3);
  const many = bootstrapMean(values(400), 3);
  t.equal(few.value, 1.5);
  t.ok(few.low < 1.5 && few.high > 1.5);
  t.ok(many.high - many.low < 0.3 * (few.high - few.low));
  t.same(bootstrapMean(values(8), 3), few);
  t.same(bootstrapMean([1, Number.NaN, 3], 0).value, 2, 'what has no value does not count');
  t.same(bootstrapMean([5], 0), { value: 5, low: 5, high: 5 });
  t.same(bootstrapMean([], 0), { value: Number.NaN, low: Number.NaN, high: Number.NaN });
  t.equal(
    bootstrapRatio(
      [
        [1, 4],
        [3, 4],
      ],
      0,
    ).value,
    0.5,
  );
  const drawnOf: number[] = [];
  bootstrap(3, (indices) => drawnOf.push(indices.length), 0, 5);
  t.same(drawnOf.length, 6);
});

t.test('PSNR and SSIM see what counts and nothing else', async (t) => {
  const size = { width: 20, height: 20 };
  const image = Uint8Array.from({ length: 1200 }, (_, i) => (i * 37) % 256);
  const other = image.slice();
  for (let y = 0; y < 20; y++) for (let x = 0; x < 10; x++) other[3 * (20 * y + x)]! ^= 128;
  const left = Uint8Array.from({ length: 400 }, (_, i) => (i % 20 < 10 ? 1 : 0));
  const right = left.map((value) => 1 - value);
  t.equal(psnr(image, other, right), Number.POSITIVE_INFINITY);
  t.ok(psnr(image, other, left) < 20);
  t.ok(Number.isNaN(psnr(image, other, new Uint8Array(400))));
  t.ok(Math.abs(meanWithin(ssimMap(image, other, size, right), right) - 1) < 1e-9, 'no change leaks in');
  t.ok(meanWithin(ssimMap(image, other, size, left), left) < 0.9);
  t.ok(Number.isNaN(meanWithin(ssimMap(image, other, size, left), new Uint8Array(400))));
});

t.test('the similarity of an image in tiles is that of its own parts', async (t) => {
  // Wider and higher than a tile, changed across the border of four of them.
  const size = { width: 150, height: 131 };
  const image = Uint8Array.from({ length: 150 * 131 * 3 }, (_, i) => (i * 37) % 256);
  const other = image.slice();
  for (let y = 55; y < 75; y++) for (let x = 50; x < 80; x++) other[3 * (150 * y + x)]! ^= 64;
  const everywhere = new Uint8Array(150 * 131).fill(1);
  const map = ssimMap(image, other, size, everywhere);
  // A part that no window reaches beyond, so that tiles lie elsewhere in it.
  const part = { left: 31, top: 40, width: 70, height: 50 };
  const cut = (from: Uint8Array) =>
    Uint8Array.from({ length: part.width * part.height * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      const [x, y] = [pixel % part.width, Math.floor(pixel / part.width)];
      return from[3 * (150 * (part.top + y) + part.left + x) + (i % 3)] as number;
    });
  const own = ssimMap(cut(image), cut(other), part, new Uint8Array(70 * 50).fill(1));
  for (let y = 5; y < part.height - 5; y++) {
    for (let x = 5; x < part.width - 5; x++) {
      const [found, expected] = [map[150 * (part.top + y) + part.left + x], own[y * part.width + x]];
      if (found !== expected) t.fail(`${found} at ${x}, ${y}, where it is ${expected}`);
    }
  }
  t.ok(map[150 * 65 + 65]! < 0.9);
  for (const [i, value] of map.entries()) {
    const [x, y] = [i % 150, Math.floor(i / 150)];
    if ((x < 45 || x >= 85 || y < 50 || y >= 80) && value !== 1)
      t.fail(`${value} at ${x}, ${y}, where nothing changed`);
  }
});

t.test('rim and background share what is outside of the objects', async (t) => {
  const objects = Uint8Array.from(square(10, 10, 10), (value) => (value > 0 ? 1 : 0));
  const { outside, rim, background } = regionsAround(objects, { width: 40, height: 40 });
  const count = (region: Uint8Array) => region.reduce((sum, value) => sum + value, 0);
  t.equal(count(outside), 1500);
  t.equal(count(rim) + count(background), 1500);
  t.equal(count(rim), 4 * 10 * 2 + 4, 'two pixels wide, corners rounded');
  const none = regionsAround(new Uint8Array(1600), { width: 40, height: 40 });
  t.same([count(none.rim), count(none.background)], [0, 1600], 'without an object all is background');
});

t.test('a blurred object is less sharp, and its outline does not count', async (t) => {
  const size = { width: 40, height: 40 };
  const region = Uint8Array.from(square(10, 10, 20), (value) => (value > 0 ? 1 : 0));
  const stripes = (contrast: number) =>
    Uint8Array.from({ length: 4800 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return region[pixel] === 0 ? 0 : 128 + contrast * (pixel % 2);
    });
  t.equal(sharpness(stripes(0), size, region), 0);
  t.ok(Math.abs(sharpness(stripes(20), size, region) / sharpness(stripes(10), size, region) - 4) < 1e-9);
  t.ok(Number.isNaN(sharpness(stripes(0), size, new Uint8Array(1600))));
});

t.test('a checkerboard has all its energy at the highest frequency, a smooth shape next to none', async (t) => {
  const size = { width: 40, height: 40 };
  const board = Float32Array.from({ length: 1600 }, (_, i) => ((i + Math.floor(i / 40)) % 2 === 0 ? 1 : -1));
  t.ok(Math.abs(checkerboardEnergy(board, size) - 1) < 1e-9);
  t.ok(checkerboardEnergy(square(8, 8, 20), size) < 0.002);
  t.ok(Number.isNaN(checkerboardEnergy(new Float32Array(1600).fill(-1), size)));
  t.equal(greyShare(Float32Array.of(-1, 1, 0.79, -0.5)), 0.5);
});

t.test('pieces are counted, specks are not', async (t) => {
  const { mask, size } = drawn('##...#', '##....', '......', '.###..', '...##.');
  t.equal(piecesOf(mask, size), 2);
  t.equal(
    piecesOf(
      mask.map(() => -1),
      size,
    ),
    0,
  );
});

t.test('pieces of an object lie in the box around it', async (t) => {
  const { mask, size } = drawn('......', '..#..#', '..##..', '......');
  const pieces = piecesIn(mask, size);
  t.same(pieces?.box, { left: 2, top: 1, width: 4, height: 2 });
  t.same([...(pieces?.labels ?? [])], [1, 0, 0, 2, 1, 1, 0, 0]);
  t.equal(piecesIn(drawn('....').mask, { width: 4, height: 1 }), null);
});

t.test(
  'the largest overlap of two masks is found among all pairs, and masks without an object have none',
  async (t) => {
    const size = { width: 40, height: 40 };
    const masks = [square(2, 2, 10), square(30, 30, 5), square(7, 2, 10), square(0, 0, 0), square(0, 0, 0)];
    t.equal(largestPairIou(masks, size), 50 / 150);
    t.equal(largestPairIou([...masks, square(30, 30, 5)], size), 1);
    t.equal(largestPairIou(masks.slice(0, 2), size), 0);
    t.equal(largestPairIou([], size), 0);
  },
);

t.test('intersection over union is that of the unions', async (t) => {
  const row = (text: string) => drawn(text).mask;
  t.equal(unionIou([row('##..'), row('.##.')], [row('.###')], 4), 0.5);
  t.equal(unionIou([], [row('.###')], 4), 0);
  t.equal(unionIou([], [], 4), 1);
});

t.test('a shape is the same wherever and however large it is', async (t) => {
  const size = { width: 40, height: 40 };
  const small = shapeOf(square(3, 20, 6), size)!;
  t.same(small, new Uint8Array(1024).fill(1));
  t.same(shapeOf(square(10, 2, 24), size), small);
  t.equal(shapeOf(square(0, 0, 0), size), null);
  const wide = shapeOf(drawn('........', '..####..', '..####..', '........').mask, { width: 8, height: 4 })!;
  t.equal(
    wide.reduce((sum, value) => sum + value, 0),
    512,
    'centred, its proportions kept',
  );
  t.same(nearestShapes([small], [wide, small]), [{ index: 1, iou: 1 }]);
  t.equal(shapeDiversity([small, wide]), 0.5);
  t.ok(Number.isNaN(shapeDiversity([small])));
});

t.test('KID is about 0 for one distribution, and pairs within an image do not count', async (t) => {
  let state = 1;
  const chance = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647 - 0.5;
  };
  const set = (count: number, shift: number): ImageFeatures[] =>
    Array.from({ length: count }, (_, image) => ({
      image,
      features: Float32Array.from({ length: 8 }, () => 2 * chance() + shift),
    }));
  const real = set(60, 0);
  const same = kernelDistance(set(60, 0), real, 1);
  const different = kernelDistance(set(60, 0.7), real, 1);
  t.ok(same.low < 0 && same.high > 0, JSON.stringify(same));
  t.ok(different.low > 0.3 && different.high > different.value, JSON.stringify(different));
  const once = set(20, 0.7);
  const twice = once.flatMap((each) => [each, each]);
  t.ok(Math.abs(kernelDistance(twice, real, 1).value - kernelDistance(once, real, 1).value) < 1e-6);
  t.ok(Number.isNaN(kernelDistance(once.slice(0, 1), real, 1).value), 'one image has no pairs');
});
