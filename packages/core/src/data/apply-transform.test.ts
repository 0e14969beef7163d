import t from 'tap';
import { transformImage, transformMask } from './apply-transform.ts';
import type { TransformDraw } from './transform-draw.ts';

const draw: TransformDraw = {
  load: { height: 3, width: 4 },
  size: { height: 2, width: 3 },
  top: 1,
  left: 1,
  flip: false,
};
// Red counts the pixels, green is the row, blue the column.
const bytes = Uint8Array.from({ length: 3 * 4 * 3 }, (_, i) => {
  const pixel = Math.floor(i / 3);
  return [pixel, Math.floor(pixel / 4), pixel % 4][i % 3] as number;
});
const red = (image: Float32Array) =>
  Array.from(
    image.filter((_, i) => i % 3 === 0),
    (v) => Math.round((v + 1) * 127.5),
  );

t.test('the crop takes the window that was drawn', async (t) => {
  t.same(red(transformImage(bytes, draw)), [5, 6, 7, 9, 10, 11]);
  t.same(red(transformImage(bytes, { ...draw, top: 0, left: 0 })), [0, 1, 2, 4, 5, 6]);
});

t.test('the flip mirrors left to right and keeps the colour channels in place', async (t) => {
  const flipped = transformImage(bytes, { ...draw, flip: true });
  t.same(red(flipped), [7, 6, 5, 11, 10, 9]);
  t.same(
    Array.from(flipped.subarray(0, 3), (v) => Math.round((v + 1) * 127.5)),
    [7, 1, 3],
  );
});

t.test('black is -1 and white is 1', async (t) => {
  const whole: TransformDraw = {
    load: { height: 1, width: 2 },
    size: { height: 1, width: 2 },
    top: 0,
    left: 0,
    flip: false,
  };
  t.same([...transformImage(Uint8Array.of(0, 0, 0, 255, 255, 255), whole)], [-1, -1, -1, 1, 1, 1]);
  t.same([...transformMask(Uint8Array.of(127, 128), whole)], [-1, 1], 'object is above 127');
});

t.test('a mask goes through the very same window and flip as its image', async (t) => {
  const mask = Uint8Array.from({ length: 12 }, (_, i) => (i % 4 === 1 || i === 11 ? 255 : 0));
  const image = Uint8Array.from({ length: 36 }, (_, i) => mask[Math.floor(i / 3)] as number);
  for (const flip of [false, true]) {
    for (const top of [0, 1]) {
      for (const left of [0, 1]) {
        const one = { ...draw, top, left, flip };
        t.same(
          [...transformMask(mask, one)],
          [...transformImage(image, one).filter((_, i) => i % 3 === 0)],
          JSON.stringify({ top, left, flip }),
        );
      }
    }
  }
});

t.test('bytes of another size than the draw expects are a programming error, not a shifted picture', async (t) => {
  t.throws(() => transformImage(bytes.subarray(3), draw), RangeError);
  t.throws(() => transformMask(bytes, draw), RangeError);
});
