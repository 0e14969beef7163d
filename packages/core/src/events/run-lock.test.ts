import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import t, { type Test } from 'tap';
import { UserError } from '../errors.ts';
import { eventLogFile } from './event-log.ts';
import { type RunHolder, runHolder } from './lock-file.ts';
import { lockRun } from './run-lock.ts';

const quick = { beatMs: 20, staleMs: 200 };
const lockOf = (folder: string) => path.join(folder, 'run.lock');
const textOf = (folder: string) => readFileSync(lockOf(folder), 'utf8');

/** A process that does nothing of ours. */
function idleProcess(t: Test): ChildProcess & { readonly pid: number } {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
  return child as ChildProcess & { readonly pid: number };
}

/** A process that holds the run of a folder. */
async function holderProcess(t: Test, folder: string): Promise<ChildProcess> {
  const source = pathToFileURL(path.join(import.meta.dirname, 'run-lock.ts')).href;
  const program = `
    const { lockRun } = await import(${JSON.stringify(source)});
    await lockRun(process.argv[1], ${JSON.stringify(quick)});
    process.stdout.write('held');
    setInterval(() => {}, 1000);`;
  const argv = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', program, folder];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child;
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve));

t.test(
  'a run that a living process trains is refused, and that of one which was killed is taken over at once',
  async (t) => {
    const folder = t.testdir();
    const other = await holderProcess(t, folder);
    const text = textOf(folder).split('\n')[0];
    await t.rejects(lockRun(folder, quick), {
      name: 'UserError',
      message: new RegExp(`is being trained by process ${other.pid} on \\S+: stop that training first`),
    });
    t.equal(textOf(folder).split('\n')[0], text, 'its lock stays');
    const end = ended(other);
    other.kill('SIGKILL');
    await end;
    const isLinux = process.platform === 'linux';
    const lock = await lockRun(folder, isLinux ? { beatMs: 20, staleMs: 600_000 } : quick);
    t.match(textOf(folder), new RegExp(`^${process.pid} `));
    await t.rejects(lockRun(folder, quick), { name: 'UserError' }, 'this process does not train it twice either');
    await lock.release();
    t.same(readdirSync(folder), [], 'nothing is left');
  },
);

t.test('what lives and does not train the run does not lock it out', async (t) => {
  const { pid } = idleProcess(t);
  const birth = 'no-such-boot/1/1';
  const locks: Record<string, string> = {
    'a number that another program got': `${pid} ${hostname()}\n`,
    'another machine, such as a container that was started again': '1 some-other-machine\n',
    'another machine with a heart that stands still': `7 some-other-machine ${'ab'.repeat(8)} ${birth}\n000000000042\n`,
    'this machine before it was started again': `${pid} ${hostname()} ${'ab'.repeat(8)} ${birth}\n000000000042\n`,
    'process 0': `0 ${hostname()}\n`,
    'process -1': `-1 ${hostname()}\n`,
    'process 1': `1 ${hostname()}\n`,
    'our own number': `${process.pid} ${hostname()}\n`,
    'a lock cut short by a crash': '',
    'no lock at all': '\u001b[2J\u001b]0;owned\u0007 \u001b[31m',
  };
  await Promise.all(
    Object.entries(locks).map(async ([what, text], i) => {
      const folder = path.join(t.testdirName, String(i));
      mkdirSync(folder, { recursive: true });
      writeFileSync(lockOf(folder), text);
      writeFileSync(`${lockOf(folder)}.takeover.00ff00ff00ff00ff`, 'of one that was killed while it took over');
      const lock = await lockRun(folder, quick);
      t.equal(runHolder(folder)?.pid, process.pid, what);
      await lock.requireHeld();
      await lock.release();
      t.same(readdirSync(folder), [], what);
    }),
  );
});

t.test('the holder on another machine is known by its heartbeat, an older version by its log', async (t) => {
  const folder = t.testdir();
  const text = (beat: number) => `7 some-other-machine ${'ab'.repeat(8)} boot/1/1\n${String(beat).padStart(12, '0')}\n`;
  writeFileSync(lockOf(folder), text(1));
  let beat = 1;
  const heart = setInterval(() => writeFileSync(lockOf(folder), text(++beat)), 50);
  await t.rejects(lockRun(folder, quick), { message: /is being trained by process 7 on some-other-machine/ });
  clearInterval(heart);
  writeFileSync(lockOf(folder), '8 old-machine\n');
  const logging = setInterval(() => appendFileSync(eventLogFile(folder), '{}\n'), 50);
  await t.rejects(lockRun(folder, quick), { message: /is being trained by process 8 on old-machine/ });
  clearInterval(logging);
});

t.test('the heart beats while this thread is busy', async (t) => {
  const folder = t.testdir();
  const lock = await lockRun(folder, quick);
  while ((runHolder(folder) as RunHolder).beat === 0) await delay(10);
  const { beat } = runHolder(folder) as RunHolder;
  const end = performance.now() + 200;
  while (performance.now() < end);
  t.ok((runHolder(folder) as RunHolder).beat > beat + 2);
  await lock.release();
});

t.test('of many processes that find an abandoned lock, one gets it', async (t) => {
  for (const text of [`${2 ** 22 + 1} ${hostname()}\n`, '1 some-other-machine\n', '']) {
    const folder = t.testdir({ 'run.lock': text });
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockRun(folder, quick)));
    const won = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    t.equal(won.length, 1, JSON.stringify(text));
    for (const one of tries) if (one.status === 'rejected') t.ok(one.reason instanceof UserError);
    await won[0]?.requireHeld();
    await won[0]?.release();
    t.same(readdirSync(folder), []);
  }
});

t.test('a run that is moved, deleted or taken over is noticed', async (t) => {
  const root = t.testdir({ run: {} });
  const folder = path.join(root, 'run');
  const lock = await lockRun(folder, quick);
  await lock.requireHeld();
  renameSync(folder, path.join(root, 'elsewhere'));
  await t.rejects(lock.requireHeld(), {
    name: 'UserError',
    message: /run was moved or deleted while it was trained, .*: go on from its last checkpoint with --resume/,
  });
  await lock.release();
  t.notOk(existsSync(folder), 'the folder does not come back');

  mkdirSync(folder);
  const other = await lockRun(folder, quick);
  writeFileSync(lockOf(folder), `7 some-other-machine ${'ab'.repeat(8)} boot/1/1\n000000000001\n`);
  await t.rejects(other.requireHeld(), { message: /was taken over by process 7 on some-other-machine/ });
  await other.release();
  t.match(textOf(folder), /^7 some-other-machine/, 'the lock of the other one stays');
  rmSync(lockOf(folder));
  writeFileSync(eventLogFile(folder), '');
  await t.rejects(other.requireHeld(), { message: /run\.lock was deleted while its folder was trained/ });
});

t.test('a folder in the place of the lock is named, and what a lock holds is not printed', async (t) => {
  const folder = t.testdir({ 'run.lock': {} });
  await t.rejects(lockRun(folder, quick), { name: 'UserError', message: /run\.lock is a folder, .*: move it away\.$/ });
});

t.test('a named pipe in the place of the lock stops nobody', { skip: process.platform === 'win32' }, async (t) => {
  const folder = t.testdir();
  execFileSync('mkfifo', [lockOf(folder)]);
  t.equal(runHolder(folder), null);
  const lock = await lockRun(folder, quick);
  t.equal(runHolder(folder)?.pid, process.pid);
  await lock.release();
});

t.test('work of another kind is called by its name', async (t) => {
  const folder = t.testdir();
  const lock = await lockRun(folder, quick);
  const work = { name: 'translation', done: 'written', instead: 'wait for it', remedy: 'start it anew' };
  await t.rejects(lockRun(folder, quick, work), {
    message: /is being written by process \d+ on \S+: stop that translation first, or wait for it\.$/,
  });
  await lock.release();
});
