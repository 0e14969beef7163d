import t from 'tap';
import { estimate, meanDifference } from './scores.ts';

t.test('means over images with their standard errors; what has no score does not count', async (t) => {
  t.same(estimate([1, NaN, 3]), { mean: 2, standardError: 1 });
  t.same(estimate([4]), { mean: 4, standardError: 0 });
});

t.test('differences are in levels, of the pixels that count', async (t) => {
  const [black, white] = [-1, 1].map((value) => new Float32Array(6).fill(value)) as [Float32Array, Float32Array];
  t.equal(meanDifference(black, white), 255);
  const half = Float32Array.from([-1, -1, -1, 1, 1, 1]);
  t.equal(meanDifference(black, half), 127.5);
  t.equal(meanDifference(black, half, Uint8Array.from([1, 0])), 0);
  t.ok(Number.isNaN(meanDifference(black, half, new Uint8Array(2))));
});
