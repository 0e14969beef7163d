import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { straightThroughDilation, straightThroughSign } from './straight-through.ts';

t.test('values become their signs, and gradients pass as if they had not', async (t) => {
  await tf.setBackend('cpu');
  const [x, dy] = [tf.tensor1d([-0.9, -1e-20, 0, 0.2, 1]), tf.tensor1d([1, -2, 3, 0.5, 4])];
  t.same([...(await straightThroughSign(x).data())], [-1, -1, 1, 1, 1]);
  t.same([...(await tf.grad(straightThroughSign)(x, dy).data())], [...(await dy.data())]);
});

t.test('what is covered grows by a pixel, and gradients pass as if it had not', async (t) => {
  await tf.setBackend('cpu');
  const rows = (text: string) => tf.tensor4d([...text].map(Number), [1, 3, 4, 1]);
  const [cover, grown, dy] = [rows('100000000000'), rows('110011000000'), rows('123456789123')];
  t.same([...(await straightThroughDilation(cover).data())], [...(await grown.data())]);
  t.same(
    [
      ...(await tf
        .grad((x) => straightThroughDilation(x as tf.Tensor4D))(cover, dy)
        .data()),
    ],
    [...(await dy.data())],
  );
});
