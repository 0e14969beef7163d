import { readFileSync } from 'node:fs';
import t from 'tap';
import { viewsOf } from '../state/dashboard-state.ts';
import { loggedRun, meadowEvents, User } from '../test-support.ts';
import { PANELS } from './panel-list.ts';

const ENTRIES = PANELS.flatMap(({ help = [] }) => help);

t.test('the help names every key, on small screens in two columns that scroll', async (t) => {
  const run = loggedRun(t, meadowEvents());
  for (const [columns, rows] of [
    [40, 12],
    [80, 24],
    [120, 40],
    [200, 60],
  ] as const) {
    const user = new User([run], { columns, rows, disk: 'the disk is nearly full' }).press('?');
    const text = [user.screen(), ...Array.from({ length: 20 }, () => user.press('down', 'down', 'down').screen())].join(
      '\n',
    );
    const expected = ENTRIES.map(({ does }) => does.slice(0, columns - 14));
    for (const part of [...expected, 'overview', 'go back to the newest', 'suspend the dashboard']) {
      t.ok(text.includes(part), `${part} at ${columns}x${rows}`);
    }
    t.match(user.press('pageup', ...Array(80).fill('up')).screen(), / control[ \n]/, 'and back');
  }
});

t.test('the help says what Ctrl-C does here', async (t) => {
  const run = loggedRun(t, meadowEvents());
  const help = (ownsTraining: boolean) => new User([run], { ownsTraining, rows: 70 }).press('h').screen();
  t.match(help(true), /ctrl-c +stop the training, and leave/);
  t.match(help(false), /ctrl-c +leave; the training goes on/);
});

t.test('help closes with any key, which does nothing else', async (t) => {
  const user = new User([loggedRun(t, meadowEvents())], { rows: 70 });
  const before = user.screen();
  t.match(user.press('?').screen(), /─ keys ─+ press any key to close ─/);
  t.equal(user.press('q').screen(), before);
  t.same(user.effects, []);
});

t.test('every key of the help does something, and every panel has a name of its own', async (t) => {
  const names: Record<string, string[]> = {
    '+ -': ['+', '-'],
    '← →': ['left', 'right'],
    '[ ]': ['[', ']'],
    '↑ ↓': ['up', 'down'],
    space: [' '],
  };
  for (const { id, keys = {}, help = [] } of PANELS) {
    for (const entry of help) {
      for (const key of names[entry.keys] ?? [entry.keys]) t.ok(key in keys, `${entry.keys} of ${id}`);
    }
  }
  t.equal(new Set(PANELS.map(({ id }) => id)).size, PANELS.length);
});

t.test('the documentation names every key and view', async (t) => {
  const docs = readFileSync(new URL('../../../../../docs/dashboard.md', import.meta.url), 'utf8');
  for (const { keys } of ENTRIES) for (const key of keys.split(' ')) t.ok(docs.includes(`\`${key}\``), key);
  for (const [i, view] of viewsOf(PANELS).entries()) t.ok(docs.includes(`\`${i + 1}\` ${view}`), view);
});
