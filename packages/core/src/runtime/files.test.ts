import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { makeFolder, readHead, readText } from './files.ts';

t.test('a working folder that is deleted does not send a program into an endless loop', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'instagan-deleted-'));
  const module = new URL('./files.ts', import.meta.url).href;
  const program = `
    const { makeFolder } = await import(${JSON.stringify(module)});
    const { rmSync } = await import('node:fs');
    rmSync(process.argv[1], { recursive: true });
    await makeFolder('a/b').then(() => console.log('made'), (error) => console.log(error.code ?? error.name));`;
  const argv = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', program, folder];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: folder, timeout: 20_000 });
  t.match(stdout, /^(made|ENOENT|UserError)$/m, 'made again or refused');
  await rm(folder, { recursive: true, force: true });
});

t.test('a folder is made with those above it, and may be there already', async (t) => {
  const root = t.testdir({ file: '' });
  const folder = path.join(root, 'a', 'b', 'c');
  await Promise.all([makeFolder(folder, 0o700), makeFolder(folder, 0o700), makeFolder(path.dirname(folder), 0o700)]);
  t.ok(statSync(folder).isDirectory());
  if (process.platform !== 'win32') t.equal(statSync(folder).mode & 0o777, 0o700);
  await makeFolder(folder);
  await makeFolder(path.parse(folder).root);
  await t.rejects(makeFolder(path.join(root, 'file')), { code: 'EEXIST' });
  await t.rejects(makeFolder(path.join(root, 'file', 'a')), { code: 'ENOTDIR' });
});

const noProc = !existsSync('/proc/self') && 'there is no /proc';

t.test('a place that takes no folders is named, and nothing hangs', { skip: noProc }, async (t) => {
  for (const folder of ['/proc/nope', '/proc/nope/a/b']) {
    await t.rejects(makeFolder(folder), {
      name: 'UserError',
      message: /^\/proc\/nope cannot be made, as \/proc takes no new folders: choose another place\.$/,
    });
  }
});

/** A user without rights. */
const NOBODY = 65_534;
const noRights = process.platform === 'win32' && 'folders have other rights';

t.test('a folder that may not be written is told by its code', { skip: noRights }, async (t) => {
  const locked = await mkdtemp(path.join(tmpdir(), 'instagan-locked-'));
  t.teardown(() => rmdirSync(locked));
  chmodSync(locked, 0o500);
  // Root may write everything.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    await t.rejects(makeFolder(path.join(locked, 'a')), { code: 'EACCES' });
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

t.test('text is read with and without a byte-order mark, in UTF-8 and UTF-16', async (t) => {
  const file = path.join(t.testdir(), 'c.json');
  const text = '{"name": "Schäfchen 羊"}';
  for (const bytes of [text, `\ufeff${text}`, Buffer.from(`\ufeff${text}`, 'utf16le')]) {
    writeFileSync(file, bytes);
    t.equal(await readText(file), text);
  }
});

t.test('the head of a file is what there is of it, and nobody waits for a named pipe', async (t) => {
  const folder = t.testdir({ long: '0123456789', empty: '' });
  t.equal((await readHead(path.join(folder, 'long'), 4)).toString(), '0123');
  t.equal((await readHead(path.join(folder, 'long'), 40)).toString(), '0123456789');
  t.equal((await readHead(path.join(folder, 'empty'), 4)).length, 0);
  if (process.platform === 'win32') return;
  execFileSync('mkfifo', [path.join(folder, 'pipe')]);
  await t.rejects(readHead(path.join(folder, 'pipe'), 4));
});
