import * as tf from '@tensorflow/tfjs';

/** Rows `first` to `first + count - 1` along the first axis; `x` itself if these are all of them. */
export function takeRows(x: tf.Tensor4D, first: number, count: number): tf.Tensor4D {
  const [rows, height, width, channels] = x.shape;
  return count === rows ? x : tf.slice4d(x, [first, 0, 0, 0], [count, height, width, channels]);
}

/** Cuts along the first axis into parts of `counts` rows, which add up to all rows. */
export function splitRows(x: tf.Tensor4D, counts: readonly number[]): tf.Tensor4D[] {
  return counts.length === 1 ? [x] : tf.split(x, [...counts], 0);
}

/** Joins along the first axis; a single part is returned itself. */
export function concatRows(parts: readonly tf.Tensor4D[]): tf.Tensor4D {
  return parts.length === 1 ? (parts[0] as tf.Tensor4D) : tf.concat([...parts], 0);
}
