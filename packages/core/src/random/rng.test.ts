import t from 'tap';
import { createRng, restoreRng } from './rng.ts';

t.test('the same seed and stream give the same numbers: runs are repeatable', async (t) => {
  const draw = () => {
    const rng = createRng(7, 'augment', 3);
    return [rng.uniform(), rng.integer(100), rng.normal(), ...rng.permutation(5)];
  };
  t.same(draw(), draw());
});

t.test('streams differ: flipping images does not follow the order of images', async (t) => {
  const first = createRng(7, 'a', 1).uniform();
  for (const other of [createRng(7, 'a', 2), createRng(7, 'b', 1), createRng(8, 'a', 1)]) t.not(other.uniform(), first);
});

t.test('a saved state continues exactly: a resumed run draws what an unbroken one would', async (t) => {
  const rng = createRng(1);
  rng.uniform();
  const copy = restoreRng(rng.state());
  t.same([copy.uniform(), copy.integer(1000)], [rng.uniform(), rng.integer(1000)]);
});

t.test('numbers follow their distributions: initial weights have the spread asked for', async (t) => {
  const rng = createRng(3, 'moments');
  const count = 20000;
  let sum = 0;
  let squares = 0;
  let uniformSum = 0;
  const faces = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const value = rng.normal();
    sum += value;
    squares += value * value;
    uniformSum += rng.uniform();
    faces[rng.integer(3)]!++;
  }
  t.ok(Math.abs(sum / count) < 0.03, 'mean of normal is 0');
  t.ok(Math.abs(squares / count - 1) < 0.05, 'variance of normal is 1');
  t.ok(Math.abs(uniformSum / count - 0.5) < 0.01, 'mean of uniform is 1/2');
  for (const face of faces) t.ok(Math.abs(face / count - 1 / 3) < 0.02, 'integers are even');
  t.same(rng.permutation(6).sort(), [0, 1, 2, 3, 4, 5], 'a permutation holds each number once');
});
