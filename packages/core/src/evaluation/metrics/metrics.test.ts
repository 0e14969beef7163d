import t from 'tap';
import { bootstrap, bootstrapMean, bootstrapRatio } from './bootstrap.ts';
import { type ImageFeatures, kernelDistance } from './kid.ts';
import { checkerboardEnergy, greyShare, piecesOf } from './mask-health.ts';
import { unionIou } from './mask-overlap.ts';
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

t.test('rim and background share what is outside of the objects', async (t) => {
  const objects = Uint8Array.from(square(10, 10, 10), (value) => (value > 0 ? 1 : 0));
  const { outside, rim, background } = regionsAround(objects, { width: 40, height: 40 });
  const count = (region: Uint8Array) => region.reduce((sum, value) => sum + value, 0);
  t.equal(count(outside), 1500);
  t.equal(count(rim) + count(background), 1500);
  t.equal(count(rim), 4 * 10 * 2 + 4, 'two pixels wide, corners rounded');
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
