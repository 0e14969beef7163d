import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { RedrawTimer } from './redraw-timer.ts';

/** A timer that counts its drawings, with a budget that asks to wait as long as it is told. */
function timerOf(waitMs: number) {
  const counted = { drawings: 0 };
  const timer = new RedrawTimer(() => counted.drawings++, { waitMs: () => waitMs });
  return { timer, counted };
}

t.test('keys are answered at most ten times a second, and the last one is', async (t) => {
  const { timer, counted } = timerOf(10_000);
  for (let i = 0; i < 40; i++) {
    timer.answer();
    await delay(5);
  }
  const during = counted.drawings;
  t.ok(during >= 1 && during <= 6, `${during} drawings`);
  timer.answer();
  await delay(150);
  t.ok(counted.drawings > during);
});

t.test('what changes by itself waits for the budget, and a key overtakes it', async (t) => {
  const { timer, counted } = timerOf(10_000);
  timer.request();
  await delay(150);
  t.equal(counted.drawings, 0);
  timer.answer();
  await delay(50);
  t.equal(counted.drawings, 1);
  timer.request();
  timer.stop();
  t.equal(counted.drawings, 1);
});

t.test('a change that may be drawn is drawn', async (t) => {
  const { timer, counted } = timerOf(0);
  timer.request();
  await delay(50);
  t.equal(counted.drawings, 1);
});

t.test('the start and every key are waited for', async (t) => {
  t.ok(timerOf(0).timer.isAwaited);
});
