import t from 'tap';
import { fillPolygon } from './fill-polygon.ts';
import { rowsOf } from './test-support.ts';

const drawn = (width: number, height: number, points: number[]) => {
  const data = new Uint8Array(width * height);
  fillPolygon(data, width, height, points);
  return rowsOf({ width, data });
};

t.test(
  'pixels whose centres lie inside are set, also where the outline leaves the picture or crosses itself',
  async (t) => {
    t.same(drawn(4, 3, [1, 1, 3, 1, 3, 3, 1, 3]), ['....', '.##.', '.##.']);
    t.same(drawn(4, 3, [-5, -5, 2, -5, 2, 9, -5, 9]), ['##..', '##..', '##..'], 'beyond all edges');
    t.same(drawn(4, 3, [9, 9, 12, 9, 12, 12]), ['....', '....', '....'], 'outside');
    t.same(
      drawn(3, 3, [0, 0, 3, 0, 3, 3, 0, 3, 0, 0, 3, 0, 3, 3, 0, 3]),
      ['...', '...', '...'],
      'twice around is outside',
    );
    t.same(drawn(4, 1, [0.6, 0, 2.4, 0, 2.4, 1, 0.6, 1]), ['.#..'], 'centres decide');
  },
);

t.test('what would take very long, or is no coordinate, is refused', async (t) => {
  const zigzag = Array.from({ length: 50_000 }, (_, i) => [i % 100, i % 2 === 0 ? 0 : 5000]).flat();
  const beganMs = performance.now();
  t.throws(() => fillPolygon(new Uint8Array(100 * 5000), 100, 5000, zigzag), RangeError);
  t.ok(performance.now() - beganMs < 2000);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e9]) {
    t.throws(() => drawn(4, 3, [0, 0, value, 0, 2, 2]), { name: 'RangeError', message: /a coordinate is/ });
  }
});
