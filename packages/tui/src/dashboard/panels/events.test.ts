import type { RunEventBody } from '@instagan/core/events';
import t from 'tap';
import { loggedRun, meadowEvents, User } from '../test-support.ts';

const warnings = Array.from(
  { length: 60 },
  (_, i): RunEventBody => ({ type: 'warning', code: 'x', message: `warning ${i + 1}` }),
);

t.test('an event is chosen by lines and pages, from the newest to the oldest', async (t) => {
  const user = new User([loggedRun(t, [...meadowEvents(), ...warnings])]).press('4');
  t.match(user.screen(), /─ events ─+\n[\s\S]* warning 60 *\n ↑↓ choose {2}return open\n q leave/);
  t.match(user.press(...Array(40).fill('up')).screen(), /events ─+ 11 more below ─\n[^\n]* warning 21 *\n/);
  t.match(user.press('down').screen(), /─\n[^\n]* warning 22 *\n/);
  t.match(user.press('pageup', 'pageup', 'pagedown').screen(), /─\n[^\n]* warning 12 *\n/);
  t.match(user.press(...Array(20).fill('pageup')).screen(), /training starts/);
  t.match(user.press('escape').screen(), / warning 60 *\n/);
});

t.test('another view starts with the newest', async (t) => {
  const user = new User([loggedRun(t, [...meadowEvents(), ...warnings])]).press('4', ...Array(50).fill('up'), '1', '4');
  t.match(user.screen(), / warning 60 *\n/);
});

t.test('keys beyond the oldest event need not be taken back', async (t) => {
  const user = new User([loggedRun(t, [...meadowEvents(), ...warnings])]).press('4', ...Array(500).fill('up'));
  t.match(user.press(...Array(62).fill('down')).screen(), / warning 60 *\n/);
});

t.test('the whole of an event can be read, at every width', async (t) => {
  const words = Array.from({ length: 60 }, (_, i) => `advice-${i}`);
  const advice: RunEventBody = { type: 'warning', code: 'x', message: words.join(' ') };
  const run = loggedRun(t, [...meadowEvents(), advice, { type: 'warning', code: 'x', message: 'the next one' }]);
  for (const columns of [60, 80, 100, 200]) {
    const user = new User([run], { columns, rows: 40 }).press('4');
    t.match(user.screen(), /advice-0 [\s\S]*…\n.*the next one/, `cut after three lines at ${columns} columns`);
    t.same(
      user
        .press('up', 'up', 'return')
        .screen()
        .match(/advice-\d+/g),
      words,
      `opened at ${columns} columns`,
    );
    t.match(user.press('return').screen(), /…\n.*the next one/, 'and closed');
  }
});
