import t from 'tap';
import { continueObjects, smoothOutline, steepenOutline } from './outline.ts';

const SIZE = { width: 16, height: 12 };
const maskOf = (isObject: (x: number, y: number) => boolean) =>
  Float32Array.from({ length: SIZE.width * SIZE.height }, (_, i) =>
    isObject(i % SIZE.width, Math.floor(i / SIZE.width)) ? 1 : -1,
  );
const signs = (mask: Float32Array) => [...mask].map(Math.sign);

t.test('smoothing moves no straight edge, and one in a picture that ends at it neither', async (t) => {
  for (const mask of [maskOf((x) => x < 7), maskOf((_, y) => y >= 5), maskOf((x, y) => x > 3 && y > 3)]) {
    const smooth = smoothOutline(mask, SIZE);
    t.same(signs(smooth), signs(mask));
    steepenOutline(smooth);
    t.same(signs(smooth), signs(mask));
  }
  const edge = smoothOutline(
    maskOf((x) => x < 7),
    SIZE,
  );
  steepenOutline(edge);
  t.same(
    edge,
    maskOf((x) => x < 7),
    'and it is as steep as before',
  );
  const flat = maskOf(() => true);
  t.same(smoothOutline(flat, SIZE), flat);
});

t.test('a stair of single pixels becomes a slope', async (t) => {
  const stair = maskOf((x, y) => x >= y);
  const smooth = smoothOutline(stair, SIZE);
  for (let i = 2; i < 10; i++) {
    const [outer, corner, inner] = [-1, 0, 1].map((dx) => smooth[i * SIZE.width + i + dx] as number);
    t.same([outer, corner, inner], [-0.375, 0.375, 0.875], `row ${i}`);
  }
  t.equal(stair[0], 1, 'what is given stays as it is');
});

t.test('colours of objects go on beyond their outlines, and those of the background do not count', async (t) => {
  const [object, background] = [
    [0.5, -0.25, 1],
    [-1, 1, -1],
  ] as const;
  const masks = [maskOf((x) => x < 4), maskOf((x) => x >= 12)];
  const picture = new Float32Array(
    [...(masks[0] as Float32Array)].flatMap((_, i) => (i % 16 < 4 || i % 16 >= 12 ? object : background)),
  );
  const continued = continueObjects(picture, masks, SIZE);
  for (let i = 0; i < continued.length; i++) {
    if (Math.abs((continued[i] as number) - (object[i % 3] as number)) > 1e-6) t.fail(`number ${i}: ${continued[i]}`);
  }
  t.same(continueObjects(picture, [], SIZE), new Float32Array(picture.length), 'of no objects there is nothing');
});
