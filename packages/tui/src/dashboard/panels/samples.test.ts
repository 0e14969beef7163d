import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { loggedRun, meadowEvents, User } from '../test-support.ts';

t.test('samples go back and forth in time; the newest follows the run', async (t) => {
  const user = new User([loggedRun(t, meadowEvents())]).press('3');
  const title = () => / samples ─+ (.*?) ─/.exec(user.screen())?.[1];
  t.equal(title(), 'step 200, 4 of 4');
  user.press('[');
  t.equal(title(), 'step 150, 3 of 4, esc for the newest');
  user.press(',', '[', '[', '[');
  t.equal(title(), 'step 50, 1 of 4, esc for the newest');
  user.press(']', '.', ']');
  t.equal(title(), 'step 200, 4 of 4');
  user.press('[', 'escape');
  t.equal(title(), 'step 200, 4 of 4');
});

t.test('another run shows its own newest samples', async (t) => {
  const runs = ['first', 'second'].map((name) => loggedRun(t, meadowEvents(), name));
  t.match(new User(runs).press('3', '[', 'tab').screen(), / second [\s\S]*step 200, 4 of 4 ─/);
});

t.test('a run without samples says so', async (t) => {
  const user = new User([loggedRun(t, meadowEvents().slice(0, 20))]);
  t.notMatch(user.screen(), '─ samples ─');
  t.notMatch(user.screen(), '[] samples');
  t.match(user.press('3').screen(), /─ samples ─+\n none yet/);
});

t.test('the samples of several runs stand side by side at one step', async (t) => {
  const runs = ['first', 'second', 'third'].map((name) => loggedRun(t, meadowEvents(), name));
  const without = loggedRun(t, meadowEvents().slice(0, 20), 'without');
  for (const [columns, pattern] of [
    [60, /● first {2}step 150[\s\S]*● second {2}step 150/],
    [130, /● first {2}step 150 +● second {2}step 150/],
    [200, /● first {2}step 150 +● second {2}step 150 +● third {2}step 150/],
  ] as const) {
    const user = new User([...runs, without], { columns, rows: 34 }).press('3', 'o', '[');
    user.frame();
    await delay(20);
    t.match(user.screen(), /─ samples ─+.* step 150, 3 of 4/, `${columns} columns`);
    t.match(user.screen(), pattern);
    t.match(user.screen(), /● first[\s\S]*▀{8}[\s\S]*▀{8}/, 'pictures');
    t.notMatch(user.screen(), '● without');
    t.notMatch(user.press('o').screen(), '● second', 'and one run again');
  }
});
