import t from 'tap';
import { loggedRun, meadowEvents, User } from '../test-support.ts';

/** Somebody who looks at the curves of a run of 200 steps. */
const viewer = (t: Parameters<typeof loggedRun>[0]) => new User([loggedRun(t, meadowEvents())]).press('2');

t.test('a group of curves is drawn on a linear or logarithmic axis, smoothed or raw', async (t) => {
  const user = viewer(t);
  t.match(user.screen(), /─ content losses ─+ linear, smoothed 0\.9 ─/);
  t.match(user.screen(), / l log /);
  t.match(user.press('l').screen(), /─ content losses ─+ log, smoothed 0\.9 ─/);
  t.match(user.screen(), / l linear /);
  t.match(user.press('l', 's').screen(), /linear, smoothed 0\.97 ─/);
  t.match(user.press('s', 's').screen(), /linear, not smoothed ─/);
  const smoothed = user.press('s', 's').screen();
  t.not(user.press('r').screen(), smoothed, 'raw values are hidden');
  t.equal(user.press('r').screen(), smoothed);
});

t.test('groups go round', async (t) => {
  const user = viewer(t);
  const titles = [1, 2, 3, 4, 5].map(() => /─ ([\w ]+?) ─/.exec(user.press('g').screen())?.[1]);
  t.same(titles, ['adversarial losses', 'learning rate', 'seconds a step', 'memory in bytes', 'content losses']);
});

t.test('zoom is around the cursor, stays within the run, and comes back', async (t) => {
  const user = viewer(t);
  const whole = user.screen();
  t.match(user.press('+').screen(), /steps 100 to 200 ─/);
  t.match(user.press('=').screen(), /steps 150 to 200 ─/);
  t.equal(user.press('-', '-').screen(), whole);
  user.press(...Array(30).fill('left'), '+');
  t.match(user.screen(), /steps 50 to 150 ─[\s\S]*step 100 {2}cycleA/);
  t.equal(user.press('0').screen(), whole);
  t.match(user.press(...Array(20).fill('+')).screen(), /steps 190 to 200 ─/, 'ten steps at least');
});

t.test('a cursor reads the values at a step, and takes the range along', async (t) => {
  const user = viewer(t);
  t.match(user.press('left').screen(), /step 197 {2}cycleA/);
  t.match(user.press('right', 'right').screen(), /step 200 {2}cycleA/);
  t.match(user.press(...Array(200).fill('left')).screen(), /step 0 {2}cycleA/);
  user.press('0', '+', ...Array(80).fill('left'));
  t.match(user.screen(), /steps 67 to 167 ─/);
});

t.test('curves are chosen from a list, and the groups come back', async (t) => {
  const user = viewer(t);
  user.press('t');
  t.match(
    user.screen(),
    /─ choose curves ─[\s\S]*\[ \] losses\.generatorA\n \[x\] losses\.cycleA\n \[x\] losses\.contextA/,
  );
  user.press('down', ' ', 'down', ' ', 'q');
  t.same(user.effects, [], 'a key that closes the list does nothing else');
  t.match(user.screen(), /─ chosen curves ─+ linear[^\n]*\ncontextA 1 {2}generatorA 0\.5\n/);
  user.press('t', ...Array(20).fill('j'), 'up', 'k', ' ', 'escape');
  t.match(
    user.screen(),
    /─ chosen curves ─[^\n]*\ncontextA 1 {2}generatorA 0\.5 {2}tensors 526\n/,
    'the list ends with its last curve',
  );
  t.match(user.press('g').screen(), /─ content losses ─/);
});

t.test('two charts share the overview where there is room; the second one is the next group', async (t) => {
  const run = loggedRun(t, meadowEvents());
  const titles = (columns: number, rows: number) =>
    [...new User([run], { columns, rows }).screen().matchAll(/─ (\w+ losses|chosen curves) ─/g)].map(
      ([, title]) => title,
    );
  t.same(titles(80, 24), ['content losses']);
  t.same(titles(80, 60), ['content losses', 'adversarial losses']);
  t.same(titles(120, 40), ['content losses', 'adversarial losses']);
});

t.test('of several runs each loss has a chart of its own, with one colour a run', async (t) => {
  const long = loggedRun(t, meadowEvents(), 'long');
  const short = loggedRun(t, meadowEvents().slice(0, 100), 'short');
  for (const columns of [60, 100, 200]) {
    const user = new User([short, long], { columns }).press('2', 'o');
    t.match(user.screen(), /● short {2}● long *\n ?cycleA {2}0\.\d+ {2}0\.\d+/, `${columns} columns`);
    t.match(user.screen(), /contextA {2}1 {2}1/);
    t.match(user.press('+').screen(), /steps 100 to 200/, 'zoom is to the end of the longest');
    t.match(user.press('o', '0').screen(), /\ncycleA 0\.\d+ {2}contextA/);
  }
});

t.test('a cursor reads all charts at the same step', async (t) => {
  const runs = [1, 2].map((i) => loggedRun(t, meadowEvents(), `run${i}`));
  const user = new User(runs, { columns: 120 }).press('2', 'o', 's', 's', 's', ...Array(30).fill('left'));
  t.match(user.screen(), /─ content losses ─+ linear, not smoothed, step 100 ─/);
  t.match(user.screen(), /cycleA {2}(0\.\d+) {2}\1 +contextA {2}1 {2}1/);
});

t.test('any number of runs is overlaid', async (t) => {
  const events = meadowEvents().slice(0, 20);
  const runs = Array.from({ length: 70 }, (_, i) => loggedRun(t, events, `run${i}`));
  const user = new User(runs).press('2', 'o');
  t.match(user.screen(), /─ content losses ─[\s\S]*[⠁-⣿]{20}/);
});
