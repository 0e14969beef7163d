import t from 'tap';
import { learningRateFactor, scheduleProgress } from './learning-rate.ts';

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

t.test('progress runs evenly from 0 to 1 over the whole schedule, and stays there', async (t) => {
  const progress = [0, 3.5, 14, 20].map((epoch) => scheduleProgress(epoch, { constant: 10, decay: 4 }));
  t.same(progress, [0, 0.25, 1, 1]);
  t.equal(scheduleProgress(0, { constant: 0, decay: 0 }), 1);
});
