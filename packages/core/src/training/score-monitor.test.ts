import t from 'tap';
import { ScoreMonitor } from './score-monitor.ts';

function alarmsOf(monitor: ScoreMonitor, scores: readonly number[]): (string | null)[] {
  return scores.map((score, i) => monitor.observe({ step: 100 * (i + 1), score }).alarm?.message ?? null);
}

t.test('a score that stays below its best is an alarm, once until there is a new best', async (t) => {
  const monitor = new ScoreMonitor(null);
  const falling = alarmsOf(monitor, [0.5, 0.7, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]);
  t.same(
    falling.map((message) => message !== null),
    [false, false, false, false, false, false, true, false, false],
  );
  t.match(falling[6], /below its best, 0\.700 at step 200, for 5 evaluations \(now 0\.600\); .* --checkpoint best\.$/);
  t.same(monitor.observe({ step: 1000, score: 0.8 }), { isBest: true, alarm: null });
  t.equal(alarmsOf(monitor, [0.7, 0.7, 0.7, 0.7, 0.7]).at(-1) !== null, true, 'a new best is watched anew');
});

t.test('small falls and short ones are none', async (t) => {
  const monitor = new ScoreMonitor({ step: 10, score: 0.7 });
  t.same(
    alarmsOf(monitor, [0.66, 0.66, 0.66, 0.66, 0.66, 0.66, 0.5, 0.5, 0.5, 0.5, 0.69, 0.5, 0.5]).filter(Boolean),
    [],
  );
  t.same(monitor.best, { step: 10, score: 0.7 });
  t.equal(monitor.observe({ step: 20, score: 0.7 }).isBest, false, 'as good is not better: the earlier one is kept');
  t.equal(monitor.observe({ step: 20, score: Number.NaN }).isBest, false);
});
