import t from 'tap';
import { createRng } from '../random/rng.ts';
import { distanceTransform } from './distance-transform.ts';

/** By definition: the least distance to any background pixel. */
function slowly(mask: Uint8Array, width: number, height: number): number[] {
  return Array.from(mask, (value, i) => {
    let least = value === 0 ? 0 : width + height;
    for (let j = 0; j < mask.length; j++) {
      if (mask[j] === 0)
        least = Math.min(least, Math.hypot((i % width) - (j % width), Math.floor(i / width) - Math.floor(j / width)));
    }
    return least;
  });
}

t.test('distances are exact: watersheds lie where objects are thinnest', async (t) => {
  for (const [width, height, share] of [
    [17, 9, 0.7],
    [5, 23, 0.95],
    [1, 12, 0.6],
    [12, 1, 0.6],
    [16, 16, 0.02],
  ] as const) {
    const rng = createRng(1, 'mask', width, height);
    const mask = Uint8Array.from({ length: width * height }, () => (rng.uniform() < share ? 255 : 0));
    const expected = slowly(mask, width, height);
    const actual = distanceTransform(mask, width, height);
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - (actual[i] as number))));
    t.ok(worst < 1e-5, `${width}x${height}: differs by ${worst}`);
    t.same(
      distanceTransform(mask, width, height, 2.5),
      actual.map((value) => Math.min(2.5, value)),
      'those beyond the largest that matters are that',
    );
  }
});

t.test('a mask without background is far from it everywhere', async (t) => {
  t.same([...distanceTransform(new Uint8Array(6).fill(255), 3, 2)], [5, 5, 5, 5, 5, 5]);
});
