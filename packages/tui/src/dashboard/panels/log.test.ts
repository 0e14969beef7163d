import { writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { lastOutput, OUTPUT_FILE } from '../log/output-file.ts';
import { JOB_STARTED, loggedRun, meadowEvents, User } from '../test-support.ts';

const printed = Array.from({ length: 60 }, (_, i) => `step ${i + 1}`);

t.test('what a training printed is shown and scrolled, the newest at first', async (t) => {
  const long = `instagan: ${'lower the learning rate '.repeat(8)}and go on`;
  const user = new User([loggedRun(t, meadowEvents())], { columns: 80, output: [...printed, long] }).press('8');
  t.match(user.screen(), / step 60\n instagan: lower[\s\S]*and go on *\n/, 'the whole of a long line');
  t.match(user.press('up', 'k').screen(), /─ log ─+ 2 more below ─/);
  t.match(user.press('pageup', 'pageup', 'pagedown').screen(), / 12 more below ─/);
  t.match(user.press(...Array(20).fill('pageup')).screen(), /─\n step 1\n step 2\n/);
  t.match(user.press('escape').screen(), /and go on *\n/);
});

t.test('a run without such a log says why', async (t) => {
  t.match(
    new User([loggedRun(t, meadowEvents())]).press('8').screen(),
    /none: only a training that runs in the background/,
  );
  t.match(new User([loggedRun(t, [JOB_STARTED], 'job')]).press('8').screen(), /none: a job prints to its own terminal/);
});

t.test('the end of the file is read as a terminal shows it', async (t) => {
  const folder = t.testdir({});
  t.equal(lastOutput(folder, 100), null);
  const write = (text: string) => writeFileSync(path.join(folder, OUTPUT_FILE), text);
  write('one\n\u001b[31mred\u001b[0m\nstep 1\rstep 2\rstep 3\n');
  t.same(lastOutput(folder, 100), ['one', 'red', 'step 3']);
  write(`${'x'.repeat(200)}\nlast\n`);
  t.same(lastOutput(folder, 100), ['last'], 'not the end of a line that began before');
  write('');
  t.same(lastOutput(folder, 100), []);
});
