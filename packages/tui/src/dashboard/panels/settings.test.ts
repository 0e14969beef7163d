import t from 'tap';
import { JOB_STARTED, loggedRun, runWith, User } from '../test-support.ts';

const CONFIG = {
  model: 'instagan',
  size: { height: 64, width: 64 },
  ngf: 16,
  weights: { cycle: 10, context: 10 },
  seed: 0,
};

t.test('the settings of a run are a view of their own', async (t) => {
  const user = new User([runWith(t, 'meadow', CONFIG)]);
  t.notMatch(user.screen(), '─ settings ─', 'the overview of one run has none');
  const text = user.press('6').screen();
  t.match(
    text,
    /─ settings ─+\n model {12}instagan\n size\.height {6}64\n size\.width {7}64\n ngf {14}16\n weights\.cycle {4}10\n/,
  );
});

t.test('the overview shows what differs from the other runs', async (t) => {
  const changed = { ...CONFIG, ngf: 32, weights: { cycle: 5, context: 10 }, consistency: 1 };
  const runs = [runWith(t, 'meadow', CONFIG), runWith(t, 'wide', changed), runWith(t, 'same', CONFIG)];
  const user = new User(runs, { columns: 160, rows: 50 });
  t.match(user.screen(), /─ settings ─+ 2 differ between the runs ─/);
  t.match(user.screen(), / ngf {12}16 {2}wide: 32\n/);
  t.match(user.screen(), / weights\.cycle {2}10 {2}wide: 5\n/);
  t.match(user.press('tab').screen(), / ngf {12}32 {2}meadow: 16 {2}same: 16\n/);
  t.notMatch(user.screen(), / consistency /, 'what the other runs do not have is not compared');
  t.match(user.press('6').screen(), /\n consistency {6}1\n/);
});

t.test('more settings than rows scroll', async (t) => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`setting-${i + 1}`, i]));
  const user = new User([runWith(t, 'meadow', many)], { rows: 20 }).press('6');
  t.match(user.screen(), /─\n setting-1 /);
  t.match(user.press('down', 'j').screen(), /─\n setting-3 /);
  t.match(user.press('k').screen(), /─\n setting-2 /);
  t.match(user.press(...Array(60).fill('down')).screen(), /\n setting-40 {2}39\n/);
  t.match(user.press('1', '6').screen(), /─\n setting-1 /);
});

t.test('a job has none, and a run that is about to start not yet', async (t) => {
  t.match(
    new User([loggedRun(t, [JOB_STARTED])]).press('6').screen(),
    /─ settings ─+\n none: a job has those of its model/,
  );
  t.match(new User([loggedRun(t, [], 'starting')]).press('6').screen(), /─ settings ─+\n none yet/);
});
