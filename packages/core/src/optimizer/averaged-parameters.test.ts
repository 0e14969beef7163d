import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { AveragedParameters, averageRate } from './averaged-parameters.ts';

t.test('averages follow the parameters, faster in the first updates', async (t) => {
  await tf.setBackend('cpu');
  const rate = (decay: number, step: number) => averageRate(decay, step).dataSync()[0] as number;
  t.ok(Math.abs(rate(0.9, 1) - 9 / 11) < 1e-6);
  t.ok(Math.abs(rate(0.9, 1_000) - 0.1) < 1e-6);

  const average = new AveragedParameters(new Map([['w', tf.tensor1d([1, -2])]]));
  const before = tf.memory().numTensors;
  const trained = new Map([['w', tf.tensor1d([3, 2])]]);
  const quarter = tf.scalar(0.25);
  average.update(trained, quarter);
  t.same([...average.parameters.get('w')!.dataSync()], [1.5, -1]);
  average.update(trained, quarter);
  t.same([...average.parameters.get('w')!.dataSync()], [1.875, -0.25]);
  tf.dispose([...trained.values(), quarter]);
  t.equal(tf.memory().numTensors, before, 'no tensor is left over');
  average.dispose();
});
