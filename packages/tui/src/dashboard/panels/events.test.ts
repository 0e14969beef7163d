import type { RunEventBody } from '@instagan/core/events';
import t from 'tap';
import { loggedRun, meadowEvents, User } from '../test-support.ts';

const warnings = Array.from(
  { length: 60 },
  (_, i): RunEventBody => ({ type: 'warning', code: 'x', message: `warning ${i + 1}` }),
);

t.test('events scroll by lines and pages, from the newest to the oldest', async (t) => {
  const user = new User([loggedRun(t, [...meadowEvents(), ...warnings])]).press('4');
  t.match(user.screen(), /─ events ─+\n[\s\S]* warning 60 *\n q leave/);
  t.match(user.press('up', 'k').screen(), /events ─+ 2 more below ─[\s\S]* warning 58 *\n q leave/);
  t.match(user.press('down').screen(), / 1 more below ─/);
  t.match(user.press('pageup', 'pageup', 'pagedown').screen(), / 11 more below ─/);
  t.match(user.press(...Array(20).fill('pageup')).screen(), /training starts/);
  t.match(user.press('escape').screen(), / warning 60 *\n/);
});

t.test('another view starts with the newest', async (t) => {
  const user = new User([loggedRun(t, [...meadowEvents(), ...warnings])]).press('4', 'up', '1', '4');
  t.match(user.screen(), / warning 60 *\n/);
});

t.test('keys beyond the oldest event need not be taken back', async (t) => {
  const user = new User([loggedRun(t, [...meadowEvents(), ...warnings])]).press('4', ...Array(500).fill('up'));
  t.match(user.press(...Array(62).fill('down')).screen(), / warning 60 *\n/);
});
