import type { MaskedImage } from '@instagan/core';
import t from 'tap';
import { augment, drawAugmentation, wholeImage } from './augment.ts';
import { targetsOf } from './targets.ts';

const [WIDTH, HEIGHT] = [40, 30];

/** Left half black, right half white with a mask. */
const halves: MaskedImage = {
  name: 'halves',
  width: WIDTH,
  height: HEIGHT,
  image: Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => (Math.floor(i / 3) % WIDTH < WIDTH / 2 ? 0 : 255)),
  masks: [Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i % WIDTH < WIDTH / 2 ? 0 : 255))],
};

t.test('the whole image at its own size is the image', async (t) => {
  const { image, masks } = augment(halves, wholeImage(halves), halves);
  t.same([image[0], image[3 * (WIDTH - 1)]], [-1, 1]);
  t.same(masks, halves.masks);
});

t.test('mask and image move together: a mask beside its object would teach nonsense', async (t) => {
  const size = { width: 32, height: 32 };
  let flipped = 0;
  for (let index = 0; index < 40; index++) {
    const { window } = drawAugmentation(halves, size, 1, 0, index);
    const { image, masks } = augment(halves, { window, colour: null }, size);
    const wrong = masks[0]!.filter((value, i) => value > 127 !== (image[3 * i] as number) > 0).length;
    t.ok(wrong <= size.height, `draw ${index}: at most the pixels of the border differ`);
    if (window.flip) flipped++;
    const zoom = (window.width * window.height) / (WIDTH * HEIGHT);
    t.ok(zoom > 0.65 ** 2 * 0.99 && zoom < 1.2 ** 2 * 1.01, `zoom ${zoom}`);
  }
  t.ok(flipped > 10 && flipped < 30, 'half of them are mirrored');
});

t.test('a draw depends on its arguments alone, and colours stay in range', async (t) => {
  const size = { width: 16, height: 16 };
  t.same(drawAugmentation(halves, size, 1, 2, 3), drawAugmentation(halves, size, 1, 2, 3));
  t.notSame(drawAugmentation(halves, size, 1, 2, 3), drawAugmentation(halves, size, 1, 2, 4));
  for (let index = 0; index < 10; index++) {
    const { image } = augment(halves, drawAugmentation(halves, size, 1, 0, index), size);
    t.ok(image.every((value) => value >= -1 && value <= 1));
  }
});

t.test(
  'depth is 1 where an instance is thickest, and falls to its border, also where it borders on another',
  async (t) => {
    const row = (text: string) => Uint8Array.from(text.repeat(3), (digit) => (digit === '1' ? 255 : 0));
    // Two instances side by side; above and below is beyond the image.
    const { mask, depth } = targetsOf([row('01111100000'), row('00000011100')], 11, 3);
    t.same([...mask.slice(0, 11)], [-1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1]);
    const near = (actual: number | undefined, expected: number) => t.ok(Math.abs((actual ?? 9) - expected) < 1e-6);
    const expected = [-1, -1 / 3, 1 / 3, 1, 1 / 3, -1 / 3, 0, 1, 0, -1, -1];
    for (const [x, value] of expected.entries()) near(depth[11 + x], value);
    t.same([...targetsOf([new Uint8Array(4)], 2, 2).mask], [-1, -1, -1, -1], 'an empty mask is no object');
  },
);
