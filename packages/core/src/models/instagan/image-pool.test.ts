import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../../backends/registry.ts';
import type { DeviceSample } from '../../networks/instance-set.ts';
import { createRng } from '../../random/rng.ts';
import { ImagePool } from './image-pool.ts';

const backend = await openBackend('cpu');
t.teardown(() => backend.close());

/** A sample that is told by its value, with `value % 3 + 1` instances. */
function sample(value: number): DeviceSample {
  return { image: tf.fill([1, 1, 1, 3], value), masks: tf.fill([(value % 3) + 1, 1, 1, 1], value) };
}

const firstValue = ({ image }: DeviceSample) => image.dataSync()[0]!;

t.test('the pool fills first, then shows old fakes half of the time: D must not forget them', async (t) => {
  const rng = createRng(1, 'pool');
  const pool = new ImagePool(10);
  const shown: number[] = [];
  const mixedUp: number[] = [];
  for (let value = 0; value < 1010; value++) {
    tf.tidy(() => {
      const answer = pool.query(sample(value), rng);
      const own = firstValue(answer);
      shown.push(own);
      if (answer.masks.shape[0] !== (own % 3) + 1) mixedUp.push(own);
    });
  }
  t.same(shown.slice(0, 10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 'itself while the pool fills');
  t.same(mixedUp, [], 'a sample keeps its own instances');
  const old = shown.slice(10).filter((value, i) => value !== i + 10);
  t.ok(Math.abs(old.length - 500) < 50, `${old.length} of 1000 were old`);
  t.equal(new Set(old).size, old.length, 'an old fake leaves the pool when it is shown');
  t.equal(pool.samples.length, 10, 'the pool never exceeds its capacity');
  pool.dispose();
});

t.test('the pool holds its own tensors, and frees what it gives away', async (t) => {
  const before = tf.memory().numTensors;
  const rng = createRng(2, 'pool');
  const pool = new ImagePool(3);
  for (let value = 0; value < 20; value++) tf.tidy(() => void pool.query(sample(value), rng));
  t.equal(tf.memory().numTensors - before, 6, 'an image and the masks of each of three');
  t.ok(
    pool.samples.every((each) => Number.isFinite(firstValue(each))),
    'they outlive the step that made them',
  );
  pool.dispose();
  t.equal(tf.memory().numTensors, before);
});

t.test('capacity 0 turns the pool off', async (t) => {
  const before = tf.memory().numTensors;
  const pool = new ImagePool(0);
  const fresh = sample(7);
  t.equal(pool.query(fresh, createRng(0)), fresh);
  tf.dispose([fresh.image, fresh.masks]);
  t.equal(tf.memory().numTensors, before);
});

t.test('a pool restored from a checkpoint goes on with what it held', async (t) => {
  const pool = new ImagePool(2, [sample(1), sample(2)]);
  const rng = createRng(3, 'pool');
  const shown = new Set<number>();
  for (let value = 10; value < 40; value++) tf.tidy(() => void shown.add(firstValue(pool.query(sample(value), rng))));
  t.ok(shown.has(1) && shown.has(2));
  pool.dispose();
});
