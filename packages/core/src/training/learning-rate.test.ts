import t from 'tap';
import { learningRateFactor } from './learning-rate.ts';

t.test('the rate is whole, then falls linearly to 0: a run that ends at full rate ends noisy', async (t) => {
  const epochs = { constant: 10, decay: 4 };
  const factors = [0, 9.5, 10, 11, 12.5, 14, 20].map((epoch) => learningRateFactor(epoch, epochs));
  t.same(factors, [1, 1, 1, 0.75, 0.375, 0, 0]);
  t.same(
    [10, 10.01].map((epoch) => learningRateFactor(epoch, { constant: 10, decay: 0 })),
    [1, 0],
    'without a decay the schedule just ends',
  );
});
