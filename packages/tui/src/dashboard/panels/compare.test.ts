import t from 'tap';
import { loggedRun, meadowEvents, runWith, User } from '../test-support.ts';

t.test('what differs between two runs: settings, scores, and losses at the same step', async (t) => {
  const [meadow, wide, third] = [
    runWith(t, 'meadow', { ngf: 16, seed: 0, weights: { cycle: 10 } }),
    runWith(t, 'wide', { ngf: 32, seed: 0, weights: { cycle: 5 }, consistency: 1 }, [
      { type: 'validation', step: 200, scores: { iou: 0.75 }, seconds: 1 },
    ]),
    runWith(t, 'third', { ngf: 64, seed: 0, weights: { cycle: 10 } }),
  ] as const;
  const user = new User([meadow, wide, third]).press('5', 'd');
  const text = user.screen();
  t.match(text, /─ compare ─+ space in view 5 marks the other run ─\n +meadow +wide/);
  t.match(text, / settings\n +ngf +16 +32\n +weights\.cycle +10 +5\n +consistency +- +1\n/);
  t.match(text, / last validation\n +iou +- +0\.750\n/);
  t.match(text, / losses at step 200, smoothed\n +generatorA +0\.5 +0\.5\n/);
  t.notMatch(text, ' seed');
  t.match(user.press('5', 'down', 'down', ' ', 'up', 'up', 'd').screen(), /meadow +third[\s\S]* ngf +16 +64\n/);
  t.match(user.press('j').screen(), / ngf +16 +64\n/, 'nothing to scroll to');
});

t.test('one run alone cannot be compared, and equal settings are told', async (t) => {
  t.match(new User([loggedRun(t, meadowEvents())]).press('7').screen(), /─ compare ─+\n there is no other run/);
  const same = ['first', 'second'].map((name) => runWith(t, name, { ngf: 16 }));
  t.match(new User(same).press('7').screen(), / all settings are the same\n/);
});
