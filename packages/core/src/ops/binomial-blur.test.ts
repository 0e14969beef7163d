import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { binomialBlur } from './binomial-blur.ts';

t.before(() => tf.setBackend('cpu'));

/** A picture of one channel, made of its value at each place. */
const picture = (height: number, width: number, at: (y: number, x: number) => number) =>
  tf.tensor4d(
    Array.from({ length: height * width }, (_, i) => at(Math.floor(i / width), i % width)),
    [1, height, width, 1],
  );

t.test('a pixel spreads by the binomial weights', async (t) => {
  const blurred = binomialBlur(
    picture(5, 5, (y, x) => (y === 2 && x === 2 ? 16 : 0)),
    { kind: 'none' },
  );
  const rows = (await blurred.array())[0]!.map((row) => row.map(([value]) => value));
  t.strictSame(rows, [
    [0, 0, 0, 0, 0],
    [0, 1, 2, 1, 0],
    [0, 2, 4, 2, 0],
    [0, 1, 2, 1, 0],
    [0, 0, 0, 0, 0],
  ]);
});

t.test('stripes and checkerboards of single pixels vanish, up to the border, and a plane stays', async (t) => {
  const patterns = {
    rows: (y: number) => (y % 2 === 0 ? 1 : -1),
    columns: (_: number, x: number) => (x % 2 === 0 ? 1 : -1),
    checkerboard: (y: number, x: number) => ((y + x) % 2 === 0 ? 1 : -1),
  };
  for (const [name, at] of Object.entries(patterns)) {
    const values = await binomialBlur(picture(6, 7, at), { kind: 'none' }).data();
    t.ok(
      values.every((value) => Math.abs(value) < 1e-7),
      name,
    );
  }
  const plane = await binomialBlur(
    picture(6, 7, () => 0.5),
    { kind: 'tanh' },
  ).data();
  t.ok(plane.every((value) => Math.abs(value - Math.tanh(0.5)) < 1e-6));
});

t.test('channels do not mix', async (t) => {
  const [a, b] = [picture(4, 5, (y) => y), picture(4, 5, (_, x) => x * x)];
  const one = (x: tf.Tensor4D) => binomialBlur(x, { kind: 'none' });
  const apart = tf.concat([one(a), one(b)], 3);
  t.strictSame(await one(tf.concat([a, b], 3)).array(), await apart.array());
});

t.test('its gradient is that of the sum of weights', async (t) => {
  // Seen once by each neighbour; at a border, reflection shows the second row twice as often to the first.
  const gradient = tf.grad((x) => tf.sum(binomialBlur(x as tf.Tensor4D, { kind: 'none' })));
  const rows = (await (gradient(picture(4, 4, () => 1)) as tf.Tensor4D).array())[0]!.map((row) =>
    row.map(([value]) => value),
  );
  const ofRow = [0.75, 1.25, 1.25, 0.75];
  t.strictSame(
    rows,
    ofRow.map((a) => ofRow.map((b) => a * b)),
  );
});
