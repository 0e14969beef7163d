import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { type ConvolutionGeometry, convolutionFilterGradient } from '../../../../ops/convolution.ts';
import { createRng } from '../../../../random/rng.ts';
import { openOrSkip } from '../../../testing/open-or-skip.ts';

/** Of the largest value: float32 sums of 5000 to 20000 products in another order. */
const ROUNDING = 1e-5;

type Shape4D = [number, number, number, number];

function random(shape: Shape4D, seed: number): tf.Tensor4D {
  const rng = createRng(seed);
  return tf.tensor4d(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()),
    shape,
  );
}

t.test('gradients of filters on node', async (t) => {
  const backend = await openOrSkip(t, 'node');
  if (backend === null) return;

  // More than 8 MiB a sample, which is worked on in strips, and eight outputs or one, for which there is another way.
  const cases = [
    { x: [2, 131, 150, 128], kernel: 3, stride: 2, outputs: 8 },
    { x: [1, 70, 300, 128], kernel: 3, stride: 1, outputs: 8 },
    { x: [2, 103, 207, 128], kernel: 7, stride: 1, outputs: 1 },
  ] as const;
  for (const { x: shape, kernel, stride, outputs } of cases) {
    await t.test(
      `${kernel}x${kernel}, stride ${stride}, of ${shape.join('x')} are those of all channels alone`,
      async (t) => {
        const [batch, height, width, channels] = shape;
        const geometry: ConvolutionGeometry = { stride, padding: [0, 0, 0, 0], border: 'zero' };
        const side = (size: number) => Math.floor((size - kernel) / stride) + 1;
        const x = random([...shape], 1);
        const dy = random([batch, side(height), side(width), outputs], 2);
        const whole = convolutionFilterGradient(x, dy, [kernel, kernel, channels, outputs], geometry);
        // A few channels of a sample fit in one strip, so that this is TensorFlow's own sum over all rows.
        const few = 16;
        const parts = tf.split(x, channels / few, 3).map((part) => {
          const gradients = tf.split(part, batch, 0).map((sample, i) => {
            const gradient = tf.slice(dy, [i, 0, 0, 0], [1, -1, -1, -1]) as tf.Tensor4D;
            return convolutionFilterGradient(sample as tf.Tensor4D, gradient, [kernel, kernel, few, outputs], geometry);
          });
          return tf.addN(gradients);
        });
        const expected = tf.concat(parts, 2);
        const scale = (await tf.max(tf.abs(expected)).data())[0] as number;
        const [error] = await tf.max(tf.abs(tf.sub(whole, expected))).data();
        t.ok((error as number) < ROUNDING * scale, `differs by ${error} of ${scale}`);
      },
    );
  }
});
