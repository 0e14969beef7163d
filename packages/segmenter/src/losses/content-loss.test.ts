import { openBackend } from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { depthLoss, jaccardLoss, l1Loss } from './content-loss.ts';

const backend = await openBackend('cpu');
t.teardown(() => backend.close());

const plane = (...values: number[]) => tf.tensor4d(values, [1, 1, values.length, 1]);
const read = (loss: tf.Scalar) => loss.dataSync()[0] as number;
const close = (a: number, b: number) => Math.abs(a - b) < 1e-5;

t.test('L1 is the mean over pixels', async (t) => {
  t.ok(close(read(l1Loss(plane(-1, -1, 1, 0), plane(1, -1, 1, -1))), 3 / 4));
});

t.test('the Jaccard loss is one minus the intersection over union', async (t) => {
  const wide = (share: number) => plane(...Array.from({ length: 1000 }, (_, i) => (i < 1000 * share ? 1 : -1)));
  t.ok(Math.abs(read(jaccardLoss(wide(0.5), wide(0.25))) - 0.5) < 2e-3);
  t.ok(close(read(jaccardLoss(wide(0.3), wide(0.3))), 0));
  t.ok(close(read(jaccardLoss(wide(0), wide(0))), 0), 'rightly nothing');
  t.ok(read(jaccardLoss(wide(0), wide(0.02))) > 0.9, 'a small object that is missed costs as much as a large one');
});

t.test('depth counts on objects only', async (t) => {
  const masks = plane(1, 1, -1, -1);
  const loss = depthLoss(plane(1, 0, 0.7, -0.2), plane(0, 0, -1, -1), masks);
  t.ok(close(read(loss), 1 / 3), 'a difference of 1, over two pixels and one for smoothing');
});

t.test('every loss has a gradient: one that is constant would train nothing', async (t) => {
  const truth = plane(1, 1, -1, -1);
  for (const loss of [l1Loss, jaccardLoss, (x: tf.Tensor4D, y: tf.Tensor4D) => depthLoss(x, y, truth)]) {
    const gradient = tf
      .grad((x) => loss(x as tf.Tensor4D, truth))(plane(0.2, -0.3, 0.4, -0.5))
      .dataSync();
    t.ok(gradient[0]! < 0 && gradient[1]! < 0, `${loss.name}: object pixels are pushed up`);
  }
});
