import t from 'tap';
import { StepPace } from './step-pace.ts';

t.test('the time left follows the pace of the last steps, with the pauses between them', async (t) => {
  const pace = new StepPace();
  t.equal(pace.secondsPerStep(), undefined);
  pace.start(100, 5000);
  t.equal(pace.secondsPerStep(), undefined);
  pace.observe(101, 15_000);
  t.equal(pace.secondsPerStep(), 10, 'a slow first step counts while it is the only one');
  for (let i = 1; i <= 30; i++) pace.observe(101 + 2 * i, 15_000 + 500 * i);
  t.equal(pace.secondsPerStep(), 0.25, 'and is forgotten later; only every second step was logged');
});

t.test('what is shorter at the beginning, such as a warm-up, does not tell how long the rest takes', async (t) => {
  const pace = new StepPace();
  pace.start(0, 0, 10);
  for (let step = 2; step <= 10; step += 2) pace.observe(step, 1000 * step);
  t.equal(pace.secondsPerStep(), 1);
  pace.observe(12, 18_000);
  t.equal(pace.secondsPerStep(), 4);
  const uneven = new StepPace();
  uneven.start(0, 0, 10);
  uneven.observe(8, 8000);
  uneven.observe(12, 18_000);
  t.equal(uneven.secondsPerStep(), undefined, 'an entry of both kinds of steps tells neither');
  uneven.observe(16, 34_000);
  t.equal(uneven.secondsPerStep(), 4);
});
