import t from 'tap';
import { fillHoles } from './fill-holes.ts';

/** A picture of these values in each channel. */
const pictureOf = (width: number, height: number, value: (x: number, y: number) => number) =>
  Float32Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return value(pixel % width, Math.floor(pixel / width)) + (i % 3);
  });

t.test('a hole in a slope is filled about as the slope goes on, and all else stays', (t) => {
  const [width, height] = [37, 29];
  const slope = pictureOf(width, height, (x, y) => x / 10 - y / 20);
  const isHole = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= 12 && x < 22 && y >= 9 && y < 20 ? 1 : 0;
  });
  const damaged = slope.map((value, i) => (isHole[Math.floor(i / 3)] === 1 ? Number.NaN : value));
  const filled = fillHoles(
    damaged.map((value) => (Number.isNaN(value) ? 1e6 : value)),
    isHole,
    { width, height },
  );
  for (const [i, value] of filled.entries()) {
    if (isHole[Math.floor(i / 3)] === 0) t.equal(value, slope[i]);
    else if (Math.abs(value - (slope[i] as number)) > 0.4) t.fail(`${value} for ${slope[i]} at ${i}`);
  }
  t.end();
});

t.test('a picture that is all hole becomes 0, one without a hole stays', (t) => {
  const picture = pictureOf(5, 1, (x) => x);
  t.same(fillHoles(picture, new Uint8Array(5), { width: 5, height: 1 }), picture);
  t.same(fillHoles(picture, new Uint8Array(5).fill(1), { width: 5, height: 1 }), new Float32Array(15));
  t.end();
});
