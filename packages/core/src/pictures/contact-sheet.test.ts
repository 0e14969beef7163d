import t from 'tap';
import type { Sample } from '../data/sample.ts';
import { contactSheet } from './contact-sheet.ts';

t.test('a contact sheet shows input, masks, output, its masks and the reconstruction side by side', async (t) => {
  const solid = (name: string, width: number, height: number, value: number, masks: number[][]): Sample => ({
    name,
    width,
    height,
    image: new Float32Array(width * height * 3).fill(value),
    masks: masks.map((mask) => Float32Array.from(mask)),
  });
  const wide = solid('wide', 2, 1, -1, [[1, -1]]);
  const tall = solid('tall', 1, 2, 1, [
    [-1, 1],
    [-1, 0],
  ]);
  const sheet = contactSheet([
    { input: wide, output: solid('out', 2, 1, 3, []), reconstruction: wide },
    { input: tall, output: tall, reconstruction: tall },
  ]);
  t.same([sheet.width, sheet.height], [5 * 2 + 6 * 4, 1 + 2 + 3 * 4]);
  t.equal(sheet.data.length, sheet.width * sheet.height * 3);
  const pixel = (x: number, y: number) => [
    ...sheet.data.slice((y * sheet.width + x) * 3, (y * sheet.width + x) * 3 + 3),
  ];
  const left = (column: number) => 4 + column * 6;
  t.same(pixel(0, 0), [250, 249, 246], 'paper between the pictures');
  t.same(pixel(left(0), 4), [0, 0, 0], 'input');
  t.same(pixel(left(1), 4), [230, 159, 0], 'first instance');
  t.same(pixel(left(1) + 1, 4), [32, 34, 40], 'background of the masks');
  t.same(pixel(left(2), 4), [255, 255, 255], 'values beyond 1 are white');
  t.same(pixel(left(3), 4), [32, 34, 40], 'no masks');
  t.same(pixel(left(4), 4), [0, 0, 0], 'reconstruction');
  t.same(pixel(left(0), 9), [255, 255, 255], 'second row');
  t.same(pixel(left(0) + 1, 9), [250, 249, 246], 'a narrow picture leaves paper');
  t.same(pixel(left(1), 10), [158, 170, 117], 'half of the second instance over the first');
});
