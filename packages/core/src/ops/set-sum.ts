import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';
import { concatRows, takeRows } from './rows.ts';

interface CountsAttributes {
  readonly counts: readonly number[];
}

const setSumOp = defineOp<CountsAttributes>({
  name: 'SetSum',
  reference: ({ x }, { counts }) =>
    concatRows(
      counts.map(
        (count, sample) => tf.sum(takeRows(x as tf.Tensor4D, start(counts, sample), count), 0, true) as tf.Tensor4D,
      ),
    ),
  gradient: (dy, _saved, { counts }) => ({ x: () => setSpread(dy as tf.Tensor4D, counts) }),
});

const setSpreadOp = defineOp<CountsAttributes>({
  name: 'SetSpread',
  reference: ({ x }, { counts }) =>
    concatRows(counts.map((count, sample) => tf.tile(takeRows(x as tf.Tensor4D, sample, 1), [count, 1, 1, 1]))),
  gradient: (dy, _saved, { counts }) => ({ x: () => setSum(dy as tf.Tensor4D, counts) }),
});

/**
 * Sums each sample's own rows: the aggregation over a set of instances, which makes a network invariant to their order.
 *
 * @param x `[sum of counts, height, width, channels]`, the instances of sample 0 first
 * @param counts instances of each sample, each at least 1
 * @returns `[counts.length, height, width, channels]`
 */
export function setSum(x: tf.Tensor4D, counts: readonly number[]): tf.Tensor4D {
  checkCounts(counts);
  return counts.every((count) => count === 1) ? x : (setSumOp({ x }, { counts })[0] as tf.Tensor4D);
}

/**
 * Repeats each sample's row once for each of its instances; the transpose of {@link setSum}.
 *
 * @param x `[counts.length, height, width, channels]`
 * @returns `[sum of counts, height, width, channels]`
 */
export function setSpread(x: tf.Tensor4D, counts: readonly number[]): tf.Tensor4D {
  checkCounts(counts);
  return counts.every((count) => count === 1) ? x : (setSpreadOp({ x }, { counts })[0] as tf.Tensor4D);
}

function checkCounts(counts: readonly number[]): void {
  if (counts.length === 0 || !counts.every((count) => Number.isInteger(count) && count >= 1)) {
    throw new Error(`Every sample of a set needs at least one instance; counts are [${counts.join(', ')}].`);
  }
}

function start(counts: readonly number[], sample: number): number {
  return counts.slice(0, sample).reduce((total, count) => total + count, 0);
}
