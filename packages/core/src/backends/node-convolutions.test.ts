import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { UserError } from '../errors.ts';
import { openBackend } from './registry.ts';

type Padding = Parameters<typeof tf.conv2d>[3];

const paddings: Padding[] = [
  'valid',
  'same',
  1,
  [[0, 0], [1, 1], [1, 1], [0, 0]], // biome-ignore format: one pair an axis
  [[0, 0], [0, 1], [1, 2], [0, 0]], // biome-ignore format: one pair an axis
];

/** A convolution, its gradients by input and by filter, and the transposed convolution, as one list. */
async function allConvolutions(backend: 'cpu' | 'node', padding: Padding, stride: number): Promise<number[]> {
  const opened = await openBackend(backend);
  const values = tf.tidy(() => {
    const x = tf.sin<tf.Tensor4D>(tf.range(0, 2 * 9 * 8 * 4).reshape([2, 9, 8, 4]));
    const filter = tf.cos<tf.Tensor4D>(tf.range(0, 3 * 3 * 4 * 6).reshape([3, 3, 4, 6]));
    const convolve = (a: tf.Tensor, b: tf.Tensor) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, padding);
    const gradients = tf.grads((a, b) => convolve(a, b).square().sum())([x, filter]);
    const y = convolve(x, filter) as tf.Tensor4D;
    const results: tf.Tensor[] = [y, ...gradients];
    if (typeof padding !== 'number') results.push(tf.conv2dTranspose(y, filter, x.shape, stride, padding));
    return tf.concat(results.map((tensor) => tensor.flatten()));
  });
  const list = [...(await values.data())];
  values.dispose();
  await opened.close();
  return list;
}

t.test('node trains through convolutions with any padding', async (t) => {
  for (const padding of paddings) {
    for (const stride of [1, 2]) {
      const wanted = await allConvolutions('cpu', padding, stride);
      let actual: number[];
      try {
        actual = await allConvolutions('node', padding, stride);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        t.pass('convolutions on node', { skip: error.message });
        return;
      }
      t.equal(actual.length, wanted.length);
      const largest = Math.max(...wanted.map((value, index) => Math.abs(value - actual[index]!)));
      t.ok(largest < 2e-4, `padding ${JSON.stringify(padding)}, stride ${stride}: ${largest}`);
    }
  }
});
