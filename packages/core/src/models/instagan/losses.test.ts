import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../../backends/registry.ts';
import type { InstanceSet } from '../../networks/instance-set.ts';
import { adversarialLoss, contextLoss, reconstructionLoss } from './losses.ts';

const backend = await openBackend('cpu');
t.teardown(() => backend.close());

/** One row of pixels: `image` holds three channels a pixel, each mask one. */
function setOf(images: number[][], masks: number[][], counts: number[]): InstanceSet {
  const width = images[0]!.length / 3;
  return {
    image: tf.tensor4d(images.flat(), [images.length, 1, width, 3]),
    masks: tf.tensor4d(masks.flat(), [masks.length, 1, width, 1]),
    counts,
  };
}

const close = (actual: tf.Scalar, expected: number) => Math.abs(actual.dataSync()[0]! - expected) < 1e-6;

t.test('adversarial loss is least squares: another one would train another game', async (t) => {
  const scores = tf.tensor4d([1, 0, -1, 0.5], [1, 2, 2, 1]);
  t.ok(close(adversarialLoss(scores, 1), (0 + 1 + 4 + 0.25) / 4));
  t.ok(close(adversarialLoss(scores, 0), (1 + 0 + 1 + 0.25) / 4));
});

t.test('reconstruction averages over image and mask channels together, as the authors do', async (t) => {
  const target = setOf([[0, 0, 0, 1, 1, 1]], [[-1, 1]], [1]);
  const output = setOf([[0.5, 0, 0, 1, 0, 1]], [[-0.5, 1]], [1]);
  t.ok(close(reconstructionLoss(output, target, 1), (1.5 + 0.5) / (2 * (3 + 1))));
  t.ok(close(reconstructionLoss(output, target, 2), (1.5 + 0.5) / (2 * (3 + 2))), 'an empty slot of the chunk counts');
  t.ok(close(reconstructionLoss(output, target, 0), 1.5 / (2 * 3)), 'a model without masks compares images only');
  const ragged = setOf(
    [
      [0, 0, 0],
      [1, 1, 1],
    ],
    [[1], [1], [-1]],
    [2, 1],
  );
  const zero = setOf(
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
    [[0], [1], [-1]],
    [2, 1],
  );
  t.ok(close(reconstructionLoss(zero, ragged, 2), (3 + 1) / (2 * (3 + 2))), 'over the batch');
});

t.test('context loss looks where neither input nor output has an object', async (t) => {
  const masks = [[-1, -1, 1, -1]];
  const input = setOf([[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]], masks, [1]);
  const output = setOf([[1, 0, 0, 0, 2, 0, 5, 5, 5, 3, 3, 3]], [[-1, 0, -1, 1]], [1]);
  // Pixel 0 counts whole, pixel 1 by half, pixel 2 lies in the input's object, pixel 3 in the output's.
  t.ok(close(contextLoss(input, output), (1 + 0.5 * 2) / 12));
});

t.test('masks that overlap cover a pixel once, and each sample has its own', async (t) => {
  const image = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  const input = setOf(image, [[0], [0], [-1]], [2, 1]);
  const output = setOf(
    [
      [1, 1, 1],
      [1, 1, 1],
    ],
    [[1], [-1], [-0.5]],
    [2, 1],
  );
  t.ok(close(contextLoss(input, output), (0 + 0.75 * 3) / 6));
});

t.test('the gradient of the context loss reaches the generated masks: they may grow to cover a change', async (t) => {
  const input = setOf([[0, 0, 0, 0, 0, 0]], [[-1, -1]], [1]);
  const output = setOf([[0.5, 0.5, 0.5, 0, 0, 0]], [[-0.5, -0.5]], [1]);
  const gradient = tf.grad((masks: tf.Tensor) => contextLoss(input, { ...output, masks: masks as tf.Tensor4D }));
  const values = [...(await gradient(output.masks).data())];
  t.ok(Math.abs(values[0]! - (-0.5 * 1.5) / 6) < 1e-6, 'minus half the change, in the mean');
  t.equal(Math.abs(values[1]!), 0, 'none where nothing changed');
});
