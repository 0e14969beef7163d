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
