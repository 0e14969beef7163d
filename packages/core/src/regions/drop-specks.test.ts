import t from 'tap';
import { dropSpecks } from './drop-specks.ts';

t.test('specks become background, parts of some size and all grey values stay', (t) => {
  const [width, height] = [20, 10];
  const mask = new Float32Array(width * height).fill(-0.9);
  const paint = (left: number, top: number, across: number, down: number, value: number) => {
    for (let y = top; y < top + down; y++) for (let x = left; x < left + across; x++) mask[y * width + x] = value;
  };
  paint(1, 1, 8, 8, 0.7);
  paint(9, 9, 1, 1, 0.6);
  paint(14, 1, 2, 1, 1);
  paint(18, 8, 1, 1, 1);
  const clean = dropSpecks(mask, { width, height });
  for (const [i, value] of clean.entries()) {
    const [x, y] = [i % width, Math.floor(i / width)];
    t.equal(value, x === 18 && y === 8 ? -1 : mask[i], `${x}, ${y}`);
  }
  t.end();
});

t.test('an empty mask stays empty', (t) => {
  t.same(dropSpecks(new Float32Array(6).fill(-1), { width: 3, height: 2 }), new Float32Array(6).fill(-1));
  t.end();
});
