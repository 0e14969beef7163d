import t from 'tap';
import { boxOfMask, sharedBox } from './box.ts';
import { boxedMask, boxOfBoxed, maskWithin, trimmedMask, wholeMask } from './boxed-mask.ts';

const SIZE = { width: 13, height: 9 };
const BOX = { left: 3, top: 2, width: 5, height: 4 };

/** A mask whose object is a box, in bytes or in values. */
function maskOf(box: typeof BOX, object: number, background: number): number[] {
  return Array.from({ length: SIZE.width * SIZE.height }, (_, i) => {
    const [x, y] = [(i % SIZE.width) - box.left, Math.floor(i / SIZE.width) - box.top];
    return x >= 0 && x < box.width && y >= 0 && y < box.height ? object : background;
  });
}

t.test('a mask keeps its object when it is trimmed and when it is laid into the image again', async (t) => {
  for (const mask of [Uint8Array.from(maskOf(BOX, 255, 0)), Float32Array.from(maskOf(BOX, 0.4, -1))]) {
    const trimmed = trimmedMask(mask, SIZE)!;
    t.same(trimmed.box, BOX);
    t.equal(trimmed.pixels.length, 20);
    t.same(wholeMask(trimmed, SIZE), mask);
    t.same(trimmedMask(trimmed, SIZE), trimmed);
    t.equal(wholeMask(boxedMask(mask, SIZE), SIZE), mask, 'a whole one is not copied');
    const loose = { box: { left: 1, top: 1, width: 10, height: 7 }, pixels: mask.slice(0, 70).fill(mask[0]!) };
    loose.pixels.set(mask.subarray(BOX.top * 13 + 3, BOX.top * 13 + 5), 20);
    t.same(boxOfBoxed(loose), { left: 1, top: 3, width: 2, height: 1 }, 'in the image, not in its box');
  }
  t.equal(trimmedMask(new Uint8Array(117).fill(127), SIZE), null, 'grey up to 127 is background');
  t.equal(trimmedMask(new Float32Array(117), SIZE), null);
});

t.test('in another box a mask is cut, and background where it does not reach', async (t) => {
  const mask = { box: BOX, pixels: new Float32Array(20).fill(1) };
  t.same([...maskWithin(mask, { left: 7, top: 4, width: 3, height: 3 })], [1, -1, -1, 1, -1, -1, -1, -1, -1]);
  const bytes = { box: BOX, pixels: new Uint8Array(20).fill(255) };
  t.same([...maskWithin(bytes, { left: 9, top: 0, width: 2, height: 2 })], [0, 0, 0, 0], 'nowhere near');
  t.same(sharedBox(BOX, { left: 9, top: 0, width: 2, height: 9 }).width, 0);
});

t.test('the box of bytes is found wherever they lie in memory and however wide the image is', async (t) => {
  for (const [width, height] of [
    [13, 9],
    [8, 3],
    [1, 7],
  ] as const) {
    for (let at = 0; at < width * height; at++) {
      for (const offset of [0, 1]) {
        const mask = new Uint8Array(new ArrayBuffer(width * height + offset), offset);
        mask.fill(100, 0, at);
        mask[at] = 128;
        const expected = { left: at % width, top: Math.floor(at / width), width: 1, height: 1 };
        t.same(boxOfMask(mask, { width, height }), expected);
      }
    }
  }
});
