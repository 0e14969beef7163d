import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { UserError } from '../errors.ts';
import { lockRun } from './run-lock.ts';

t.test('a run that a living process trains is refused: two would mix their checkpoints', async (t) => {
  const folder = t.testdir();
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  t.teardown(() => other.kill());
  writeFileSync(path.join(folder, 'run.lock'), `${other.pid} ${hostname()}\n`);
  const error = await lockRun(folder).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  t.ok(error instanceof UserError);
  t.match((error as Error).message, new RegExp(`is being trained by process ${other.pid} on .*: stop it first`));
  t.match(readFileSync(path.join(folder, 'run.lock'), 'utf8'), `${other.pid}`, 'its lock stays');

  const ended = new Promise((resolve) => other.once('exit', resolve));
  other.kill();
  await ended;
  const unlock = await lockRun(folder);
  t.match(
    readFileSync(path.join(folder, 'run.lock'), 'utf8'),
    `${process.pid} ${hostname()}`,
    'a stale lock is taken over',
  );
  await unlock();
  t.notOk(existsSync(path.join(folder, 'run.lock')), 'and given back');
});

t.test('the lock of another machine is believed: its processes cannot be asked', async (t) => {
  const folder = t.testdir({ 'run.lock': '1 some-other-machine\n' });
  await t.rejects(lockRun(folder), { name: 'UserError', message: /process 1 on some-other-machine/ });
});

t.test('of two processes that start at once one is refused', async (t) => {
  const folder = t.testdir({ 'run.lock': '' });
  const writing = setTimeout(() => writeFileSync(path.join(folder, 'run.lock'), '1 some-other-machine\n'), 20);
  t.teardown(() => clearTimeout(writing));
  await t.rejects(lockRun(folder), { message: /process 1 on some-other-machine/ });
});

t.test('a lock cut short by a crash does not block the run', async (t) => {
  const folder = t.testdir({ 'run.lock': '' });
  const unlock = await lockRun(folder);
  await unlock();
  t.pass();
});
