import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { straightThroughSign } from './straight-through-sign.ts';

t.test('values become their signs, and gradients pass as if they had not', async (t) => {
  await tf.setBackend('cpu');
  const [x, dy] = [tf.tensor1d([-0.9, -1e-20, 0, 0.2, 1]), tf.tensor1d([1, -2, 3, 0.5, 4])];
  t.same([...(await straightThroughSign(x).data())], [-1, -1, 1, 1, 1]);
  t.same([...(await tf.grad(straightThroughSign)(x, dy).data())], [...(await dy.data())]);
});
