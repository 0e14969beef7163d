import type { RunEventBody } from '@instagan/core/events';
import t from 'tap';
import { loggedRun, meadowEvents, User } from '../test-support.ts';

/** Where a text begins on the screen. */
function placeOf(user: User, text: string) {
  const lines = user.lines();
  const row = lines.findIndex((line) => line.includes(text));
  return { column: lines[row]?.indexOf(text) ?? -1, row };
}

t.test('a click on a panel opens its view, and one on its title goes back', async (t) => {
  const user = new User([loggedRun(t, meadowEvents())], { columns: 160, rows: 40 });
  const overview = user.screen();
  user.drag(placeOf(user, 'training starts'));
  t.match(user.screen(), /─ events ─/);
  t.notMatch(user.screen(), '─ content losses ─');
  t.equal(user.drag(placeOf(user, '─ events ─')).screen(), overview);
  t.match(user.drag(placeOf(user, '─ content losses ─')).screen(), /─ content losses ─/);
  t.notMatch(user.screen(), '─ events ─');
  t.equal(user.press('1').drag({ column: 0, row: 0 }).screen(), overview, 'lines at the top are no panel with a view');
});

t.test('on curves a click reads values, dragging zooms, and the wheel zooms around the pointer', async (t) => {
  const user = new User([loggedRun(t, meadowEvents())], { columns: 108, rows: 40 }).press('2');
  const whole = user.screen();
  const at = (column: number) => ({ column, row: 12 });
  t.match(user.drag(at(7 + 50)).screen(), /step 100 {2}cycleA/);
  t.match(user.drag(at(7 + 25), at(7 + 75)).screen(), /steps 50 to 150 ─/);
  t.match(user.drag(at(7 + 50)).screen(), /step 100 {2}cycleA/, 'within the steps that are shown');
  t.equal(user.press('escape').screen(), whole);
  t.match(user.wheel('up', at(7 + 50)).screen(), /steps 50 to 150 ─/);
  t.match(
    user
      .wheel('down', at(7 + 50))
      .press('escape')
      .screen(),
    /smoothed 0\.9 ─/,
  );
  t.match(user.drag(at(7 + 75), at(7 + 25)).screen(), /steps 50 to 150 ─/, 'dragged to the left');
});

t.test('on small charts of several runs too', async (t) => {
  const runs = ['first', 'second'].map((name) => loggedRun(t, meadowEvents(), name));
  const user = new User(runs, { columns: 130, rows: 40 }).press('2', 'o');
  const { column, row } = placeOf(user, 'contextA');
  t.match(
    user.drag({ column: column + 20, row: row + 4 }, { column: column + 40, row: row + 4 }).screen(),
    /steps \d+ to \d+/,
  );
});

t.test('the wheel scrolls events and goes through the runs, which a click chooses and opens', async (t) => {
  const warnings = Array.from(
    { length: 60 },
    (_, i): RunEventBody => ({ type: 'warning', code: 'x', message: `warning ${i + 1}` }),
  );
  const runs = ['first', 'second'].map((name) => loggedRun(t, [...meadowEvents(), ...warnings], name));
  const user = new User(runs).press('4');
  for (let i = 0; i < 15; i++) user.wheel('up', { column: 3, row: 9 });
  t.match(user.screen(), /more below ─\n.* warning 16 /);
  user.press('5');
  t.match(user.wheel('down', { column: 3, row: 9 }).screen(), /^ second /);
  t.match(user.drag(placeOf(user, '  first ')).screen(), /^ first /);
  t.match(user.drag(placeOf(user, '  first ')).screen(), /─ content losses ─/);
});

t.test('a click closes the help', async (t) => {
  const user = new User([loggedRun(t, meadowEvents())], { rows: 24 });
  const before = user.screen();
  t.match(user.press('?').wheel('down', { column: 9, row: 9 }).screen(), /─ keys ─/);
  t.equal(user.drag({ column: 9, row: 9 }).screen(), before);
});
