import t from 'tap';
import { PANELS } from '../panels/panel-list.ts';
import { loggedRun, meadowEvents, trainedRun, User } from '../test-support.ts';

t.test('Ctrl-C stops only a training that was started here; q never does', async (t) => {
  const run = trainedRun(t, meadowEvents());
  const effects = (keys: readonly string[], ownsTraining: boolean, runs = [run]) =>
    new User(runs, { ownsTraining }).press(...keys).effects;
  const stop = [{ kind: 'control', command: { command: 'stop' } }];
  t.same(effects(['ctrl-c'], false), [{ kind: 'leave' }]);
  t.same(effects(['ctrl-c'], true), stop);
  t.same(effects(['q'], true), [{ kind: 'leave' }]);
  t.same(effects(['L', '1', 'ctrl-c'], true), stop, 'also while typing');
  t.same(effects(['?', 'ctrl-c'], true), stop, 'also while the help is open');
  t.same(effects(['t', 'ctrl-c'], true), stop, 'also while curves are chosen');
  t.same(effects(['X', 'ctrl-c'], true), [], 'a question is answered with no');
  t.same(effects(['ctrl-c'], true, [loggedRun(t, meadowEvents(), 'ended')]), [{ kind: 'leave' }]);
});

t.test('before there is a run, the dashboard can be left and nothing else', async (t) => {
  const user = new User([]).press('p', '?', 't', '3', 'tab');
  t.same(user.effects, []);
  t.match(user.screen(), /No runs yet/);
  t.same(user.press('q', 'ctrl-c', 'ctrl-z', 'ctrl-l').effects, [
    { kind: 'leave' },
    { kind: 'leave' },
    { kind: 'suspend' },
    { kind: 'redraw' },
  ]);
});

t.test('numbers change the view, and those without a view do nothing', async (t) => {
  const panels = PANELS.filter(({ id }) => id !== 'machine');
  const user = new User([loggedRun(t, meadowEvents())], { panels });
  const overview = user.screen();
  t.match(user.press('2').screen(), /─ content losses ─[^─]*─+ linear/);
  t.notMatch(user.screen(), '─ samples ─');
  t.match(user.press('4').screen(), /^ meadow.*\n ▲.*\n─ events ─/, 'events take the rows of the figures too');
  t.match(user.press('9').screen(), /─ events ─/);
  t.equal(user.press('1').screen(), overview);
});

t.test('escape goes back to the newest of everything', async (t) => {
  const user = new User([loggedRun(t, meadowEvents())]);
  const before = user.screen();
  user.press('left', 'left', '+', '[', '[', 'up', 'up');
  t.match(user.screen(), /steps \d+ to \d+/);
  t.equal(user.press('escape').screen(), before);
});
