import t from 'tap';
import { CROP_PX, cropSquare, squareAround } from './object-crop.ts';

const size = { width: 64, height: 48 };

/** The red of a pixel is its column, its green its row, both over 100. */
const image = Float32Array.from({ length: 64 * 48 * 3 }, (_, i) => {
  const pixel = Math.floor(i / 3);
  return [(pixel % 64) / 100, Math.floor(pixel / 64) / 100, 0][i % 3] as number;
});

function box(left: number, top: number, right: number, bottom: number): Float32Array {
  return Float32Array.from({ length: 64 * 48 }, (_, i) => {
    const [x, y] = [i % 64, Math.floor(i / 64)];
    return x >= left && x < right && y >= top && y < bottom ? 1 : -1;
  });
}

t.test('the crop is the object with a quarter more around it', async (t) => {
  const square = squareAround(box(10, 8, 34, 16), size);
  t.same(square, { x: 22, y: 12, side: 30, isMirrored: false });
  const crop = cropSquare(image, size, square);
  const at = (x: number, y: number) => [0, 1].map((c) => 100 * crop[(y * CROP_PX + x) * 3 + c]!);
  const step = 30 / CROP_PX;
  const [x, y] = at(20, 18) as [number, number];
  t.ok(Math.abs(x - (22 - 15 + 20.5 * step - 0.5)) < 1e-4, `column ${x}`);
  t.ok(Math.abs(y - (12 - 15 + 18.5 * step - 0.5)) < 1e-4, `row ${y}`);
  t.equal(at(20, 0)[1], 0, 'the edge repeats beyond the image');
  const mirrored = cropSquare(image, size, { ...square, isMirrored: true });
  t.equal(mirrored[(18 * CROP_PX + 31 - 20) * 3], crop[(18 * CROP_PX + 20) * 3]);
});
