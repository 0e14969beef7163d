import t from 'tap';
import { learningRateFactor } from './learning-rate.ts';
import { Schedule } from './schedule.ts';

const epochs = { constant: 1, decay: 2 };

t.test('when images are added between two trainings, the learning rate goes on falling from where it was', (t) => {
  const before = Schedule.begin(6);
  t.equal(before.stepAt(3), 18);
  const after = Schedule.resume(12, { schedule: before.toState() }, 16);
  t.equal(after.stepsPerEpochBefore, 6);
  const factors = [14, 15].map((step) => learningRateFactor(before.epochAt(step), epochs));
  factors.push(...[16, 17, 18, 19, 20].map((step) => learningRateFactor(after.epochAt(step), epochs)));
  for (const [i, factor] of factors.entries()) if (i > 0) t.ok(factor < (factors[i - 1] as number), factors.join(' '));
  t.equal(after.epochAt(16), before.epochAt(16), 'epochs that were done stay done');
  t.equal(after.stepAt(3), 20, 'the third of an epoch that was left has 4 steps now');
  const again = Schedule.resume(12, { schedule: after.toState() }, 18);
  t.equal(again.stepsPerEpochBefore, null);
  t.equal(again.epochAt(19), after.epochAt(19), 'a further resume changes nothing');
  t.end();
});

t.test('an epoch ends at a whole step, whatever fractions come between', (t) => {
  for (const stepsPerEpoch of [3, 7, 49, 1000]) {
    const schedule = Schedule.begin(stepsPerEpoch);
    for (const step of [1, 2, 41, 999_999]) {
      t.equal(schedule.stepAt(schedule.epochAt(step)), step);
      t.equal(schedule.stepAt(step), step * stepsPerEpoch);
    }
  }
  t.end();
});

t.test('a checkpoint of an older version has no schedule: epochs are counted from the beginning', (t) => {
  for (const state of [{}, { schedule: null }, { schedule: { stepsPerEpoch: 0, step: 1, epoch: 1 } }]) {
    const schedule = Schedule.resume(12, state, 16);
    t.equal(schedule.epochAt(24), 2);
    t.equal(schedule.stepsPerEpochBefore, null);
  }
  t.end();
});
