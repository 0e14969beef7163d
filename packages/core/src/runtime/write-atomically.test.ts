import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { nameOfUnfinished, removeUnfinished, writeAtomically } from './write-atomically.ts';

t.test('a file is replaced whole, and nothing else is left beside it', async (t) => {
  const folder = t.testdir();
  const file = path.join(folder, 'a.json');
  for (const durable of [false, true]) {
    await writeAtomically(file, `durable: ${durable}`, { durable });
    t.equal(readFileSync(file, 'utf8'), `durable: ${durable}`);
  }
  await writeAtomically(file, Uint8Array.of(1, 2, 3));
  t.same([...readFileSync(file)], [1, 2, 3]);
  const made = path.join(folder, 'new', 'folder', 'b');
  await writeAtomically(made, 'b', { makesFolder: true });
  t.equal(readFileSync(made, 'utf8'), 'b');
  t.same(readdirSync(folder).sort(), ['a.json', 'new']);
});

t.test('writers of one file at the same time do not mix', async (t) => {
  const file = path.join(t.testdir(), 'a');
  const contents = Array.from({ length: 20 }, (_, i) => String(i).repeat(10_000));
  await Promise.all(contents.map((content) => writeAtomically(file, content)));
  t.ok(contents.includes(readFileSync(file, 'utf8')));
  t.same(readdirSync(path.dirname(file)), ['a']);
});

t.test('what cannot be written is told with the file and the fix, and leaves nothing behind', async (t) => {
  const folder = t.testdir({ 'not-a-folder': 'file', taken: { inside: '' } });
  await t.rejects(writeAtomically(path.join(folder, 'not-a-folder', 'a'), 'x'), {
    name: 'UserError',
    message: /^Cannot write .*not-a-folder.a: .*; check the folder and its rights, then run the same command again\.$/,
  });
  await t.rejects(writeAtomically(path.join(folder, 'gone', 'a'), 'x'), {
    message: /: its folder does not exist; make it, then /,
    cause: { code: 'ENOENT' },
  });
  const long = path.join(folder, 'x'.repeat(250));
  await t.rejects(writeAtomically(long, 'x'), {
    message: /: its name is too long; rename what it is named after, then /,
  });
  const taken = path.join(folder, 'taken');
  await t.rejects(writeAtomically(taken, 'x'), {
    name: 'UserError',
    message: /^Cannot write .*taken: it is a folder, not a file; choose another place\.$/,
  });
  t.same(readdirSync(folder).sort(), ['not-a-folder', 'taken']);
});

t.test('what a killed writer left behind is told from other files, and removed', async (t) => {
  t.equal(nameOfUnfinished('.a.json.00ff00ff00ff.part'), 'a.json');
  for (const name of ['a.json', '.a.json.part', 'a.json.00ff00ff00ff.part', '.DS_Store']) {
    t.equal(nameOfUnfinished(name), undefined, name);
  }
  const folder = t.testdir({ 'a.json': '', '.a.json.00ff00ff00ff.part': '', '.a.json.part': '' });
  await removeUnfinished(folder);
  await removeUnfinished(path.join(folder, 'none'));
  t.same(readdirSync(folder).sort(), ['.a.json.part', 'a.json']);
});

t.test('the only writer of a file removes what killed ones left of it, and of no other', async (t) => {
  const [half, other] = ['.a.json.00ff00ff00ff.part', '.b.json.00ff00ff00ff.part'];
  const folder = t.testdir({ [half]: '', [other]: '' });
  await writeAtomically(path.join(folder, 'a.json'), 'x');
  t.same(readdirSync(folder).sort(), [half, other, 'a.json'], 'another process may be writing it');
  await writeAtomically(path.join(folder, 'a.json'), 'x', { isOnlyWriter: true });
  t.same(readdirSync(folder).sort(), [other, 'a.json']);
});

t.test(
  'a device or a named pipe is never replaced, also by one who may',
  { skip: process.platform === 'win32' },
  async (t) => {
    const folder = t.testdir({ device: t.fixture('symlink', '/dev/null') });
    execFileSync('mkfifo', [path.join(folder, 'pipe')]);
    for (const [name, what] of [
      ['device', 'a device'],
      ['pipe', 'a named pipe'],
    ] as const) {
      const message = `Cannot write ${path.join(folder, name)}: it is ${what}, not a file; choose another place.`;
      await t.rejects(writeAtomically(path.join(folder, name), 'x', { isOnlyWriter: true }), {
        name: 'UserError',
        message,
      });
    }
    t.ok(lstatSync(path.join(folder, 'device')).isSymbolicLink());
    t.ok(lstatSync(path.join(folder, 'pipe')).isFIFO());
    t.same(readdirSync(folder).sort(), ['device', 'pipe']);
  },
);

const skip = process.platform === 'win32' && 'needs sh and its ulimit';

t.test('a write that breaks off half-way leaves the old file and no half of the new one', { skip }, async (t) => {
  const file = path.join(t.testdir({ a: 'old' }), 'a');
  const source = pathToFileURL(path.join(import.meta.dirname, 'write-atomically.ts')).href;
  // As on a disk that gets full: no file may grow beyond 8 blocks.
  const program = `
    const { writeAtomically } = await import(${JSON.stringify(source)});
    const failure = await writeAtomically(process.argv[1], new Uint8Array(2 ** 20)).catch((error) => error);
    console.log(failure.message);`;
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', program, file];
  const limited = 'ulimit -f 8 && exec "$@"';
  // The compiler's own cache would grow beyond, too.
  const env = { ...process.env, TSX_DISABLE_CACHE: '1' };
  const told = execFileSync('sh', ['-c', limited, 'sh', ...node], { encoding: 'utf8', env });
  t.match(told, /^Cannot write .*a: EFBIG.*; check the folder and its rights, then run the same command again\.\n$/);
  t.equal(readFileSync(file, 'utf8'), 'old');
  t.same(readdirSync(path.dirname(file)), ['a']);
});
