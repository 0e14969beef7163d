import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';

const TUI = fileURLToPath(new URL('../../packages/tui', import.meta.url));

/** The goal on an idle machine, in seconds, and how many times as long a loaded one may take. */
const GOALS = { help: 0.3, backends: 2 };
const LOADED = 3;

function run(t: Test, args: readonly string[], folder = TUI): { seconds: number; stdout: string } {
  const begin = performance.now();
  const command = [path.join(folder, 'bin', 'instagan.js'), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  t.equal(status, 0, args.join(' '), { output: stderr });
  return { seconds: (performance.now() - begin) / 1000, stdout };
}

/** Wall time of whole processes, the shortest of some: what disturbs a run only makes it longer. */
function shortestSeconds(t: Test, args: readonly string[], runs: number): number {
  return Math.min(...Array.from({ length: runs }, () => run(t, args).seconds));
}

t.test('help is there at once', async (t) => {
  const seconds = shortestSeconds(t, ['--help'], 5);
  t.ok(seconds < LOADED * GOALS.help, `${seconds.toFixed(2)} s; ${GOALS.help} s is the goal on an idle machine`);
});

t.test('the list of backends does not keep anybody waiting', async (t) => {
  const seconds = shortestSeconds(t, ['backends'], 3);
  t.ok(
    seconds < LOADED * GOALS.backends,
    `${seconds.toFixed(2)} s; ${GOALS.backends} s is the goal on an idle machine`,
  );
});

t.test('a changed source takes effect at once, or its author would look for a fault that is gone', async (t) => {
  // Inside the package, for its dependencies to be found.
  await mkdir(path.join(TUI, '.cache'), { recursive: true });
  const copy = await mkdtemp(path.join(TUI, '.cache', 'copy-'));
  t.teardown(() => rm(copy, { recursive: true, force: true }));
  for (const part of ['bin', 'src', 'package.json', 'run-checkout.js', 'compiled-form.js', 'compile-sources.js']) {
    await cp(path.join(TUI, part), path.join(copy, part), { recursive: true });
  }
  t.match(run(t, ['--help'], copy).stdout, 'show which backends work here', 'without a compiled form');
  t.match(run(t, ['--help'], copy).stdout, 'show which backends work here', 'with it');
  const file = path.join(copy, 'src', 'commands', 'backends.ts');
  await writeFile(file, (await readFile(file, 'utf8')).replace('show which backends work here', 'list the backends'));
  t.match(run(t, ['--help'], copy).stdout, 'list the backends', 'changed');
  await writeFile(file, 'export function addBackendsCommand(): void { throw new Error("broken"); }');
  const { status } = spawnSync(process.execPath, [path.join(copy, 'bin', 'instagan.js'), '--help']);
  t.equal(status, 1, 'a faulty source is not hidden behind the last good one');
});
