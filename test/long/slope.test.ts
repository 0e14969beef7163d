import { createRng } from '@instagan/core/data';
import t from 'tap';
import { slopeOf } from './slope.ts';

const steps = Array.from({ length: 100 }, (_, i) => 50 * i);

t.test('a line has its slope and no doubt; what does not grow has none', async (t) => {
  const line = slopeOf(
    steps,
    steps.map((step) => 7 + 3 * step),
  );
  t.ok(Math.abs(line.perStep - 3) < 1e-9);
  t.ok(line.plusMinus < 1e-9);
  t.same(
    slopeOf(
      steps,
      steps.map(() => 5),
    ),
    { perStep: 0, plusMinus: 0 },
  );
  t.throws(() => slopeOf([1], [1]), RangeError);
});

t.test('of noise without growth, the interval holds zero nearly always; a leak beyond the noise is seen', async (t) => {
  const rng = createRng(1, 'slope');
  let missed = 0;
  for (let trial = 0; trial < 400; trial++) {
    const noise = steps.map(() => 1e6 * (rng.uniform() - 0.5));
    const { perStep, plusMinus } = slopeOf(steps, noise);
    if (Math.abs(perStep) > plusMinus) missed++;
  }
  t.ok(missed > 4 && missed < 40, `${missed} of 400 intervals of 95 % miss`);
  const leak = slopeOf(
    steps,
    steps.map((step) => 200 * step + 1e6 * (rng.uniform() - 0.5)),
  );
  t.ok(leak.perStep - leak.plusMinus > 0);
});
