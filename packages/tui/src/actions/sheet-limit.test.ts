import t from 'tap';
import { sheetLimit } from './translate-images.ts';

const row = (width: number, height: number) =>
  Array.from({ length: 5 }, () => ({ width, height, data: new Uint8Array(0) }));

/** Rows of a size that find room. */
function rowsThatFit(sheet: string, width: number, height: number): number {
  const takes = sheetLimit(sheet);
  let rows = 0;
  while (rows < 100_000 && takes(row(width, height))) rows++;
  return rows;
}

t.test('a contact sheet ends before its format can hold no more', async (t) => {
  t.equal(rowsThatFit('s.webp', 20, 60), Math.floor((16_383 - 4) / 64));
  t.equal(rowsThatFit('s.JPG', 4, 60), Math.floor((65_535 - 4) / 64));
  t.equal(rowsThatFit('s.webp', 3300, 2), 0, 'too wide');
  t.equal(rowsThatFit('s.png', 1000, 1000), 8, 'of 40 million pixels');
  t.equal(rowsThatFit('s.png', 4000, 4000), 1, 'one row always');
});
