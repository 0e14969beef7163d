import t from 'tap';
import { shiftOutline } from './shift-outline.ts';

const size = { width: 40, height: 32 };

function disc(radius: number): Float32Array {
  return Float32Array.from({ length: 40 * 32 }, (_, i) =>
    Math.hypot((i % 40) - 20, Math.floor(i / 40) - 16) <= radius ? 1 : -1,
  );
}

const area = (mask: Float32Array) => mask.filter((value) => value > 0).length;

t.test('outlines move by a share of the radius, and no object vanishes', async (t) => {
  for (const shift of [-0.4, -0.2, 0.2, 0.4]) {
    const shifted = shiftOutline(disc(10), size, shift);
    const radius = Math.sqrt(area(shifted) / Math.PI);
    t.ok(Math.abs(radius - 10 * (1 + shift)) < 0.8, `radius ${radius} after ${shift}`);
    t.ok(shifted.every((value) => Math.abs(value) === 1));
  }
  t.same(shiftOutline(disc(0), size, -0.9), disc(0));
});
