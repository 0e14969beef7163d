import t from 'tap';
import { RedrawBudget } from './redraw-budget.ts';

/** A budget on clocks that are set by hand. */
function budgetOf() {
  const clock = { cpuMs: 0, nowMs: 0 };
  const budget = new RedrawBudget(
    () => clock.cpuMs,
    () => clock.nowMs,
  );
  return { clock, budget };
}

t.test('a training is watched for less than half a per cent of its time, however often it logs', async (t) => {
  const { clock, budget } = budgetOf();
  let redraws = 0;
  for (let waitUntilMs = 0; clock.nowMs < 600_000; clock.nowMs += 100) {
    clock.cpuMs += 0.1;
    if (clock.nowMs < waitUntilMs) continue;
    const waitMs = budget.waitMs();
    waitUntilMs = clock.nowMs + waitMs;
    if (waitMs > 0) continue;
    clock.cpuMs += 20;
    redraws++;
  }
  t.ok(clock.cpuMs / clock.nowMs < 0.005, `${(100 * clock.cpuMs) / clock.nowMs} %`);
  t.ok(redraws > 60, `${redraws} redraws in ten minutes: more than one in ten seconds`);
});

t.test('changes after a quiet time are shown at once, and after much work within ten seconds', async (t) => {
  const { clock, budget } = budgetOf();
  for (let i = 0; i < 4; i++) {
    t.equal(budget.waitMs(), 0);
    clock.cpuMs += 25;
  }
  clock.cpuMs += 5000;
  t.equal(budget.waitMs(), 10_000);
  clock.nowMs += 10_000;
  t.equal(budget.waitMs(), 0);
});
