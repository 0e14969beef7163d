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
