import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {
  isMaskOf,
  plannedFile,
  RECORD_FILE,
  refuseForeign,
  removeHalfWritten,
  writeMasks,
  writeOutput,
} from './written-files.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const check = (file: string) => refuseForeign([plannedFile('--output', file)]);

t.test('a process killed at any moment of a write leaves nothing that the next takes for foreign', async (t) => {
  const file = path.join(t.testdir(), 'out', 'a.png');
  await writeOutput(file, bytes('first'));
  await check(file);
  // The record comes first: killed after it, the folder holds the old file, no file, or the new one.
  rmSync(file);
  mkdirSync(file);
  await t.rejects(writeOutput(file, bytes('second')), { name: 'UserError' });
  rmSync(file, { recursive: true });
  await check(file);
  for (const content of ['first', 'second']) {
    writeFileSync(file, content);
    await t.resolves(check(file), `${content} was written here`);
  }
  writeFileSync(file, 'mine');
  await t.rejects(check(file), { name: 'UsageError', message: /a\.png would be replaced/ });
});

t.test('a record that a full disk cut short takes more lines', async (t) => {
  const file = path.join(t.testdir(), 'a.png');
  const record = path.join(path.dirname(file), RECORD_FILE);
  appendFileSync(record, 'f00d');
  await writeOutput(file, bytes('first'));
  await t.resolves(check(file));
  await writeOutput(file, bytes('first'));
  t.equal(readFileSync(record, 'utf8').split('\n').length, 3, 'and none twice');
});

t.test('nothing is written where it cannot be recorded', async (t) => {
  const folder = t.testdir({ [RECORD_FILE]: {} });
  const message = /Cannot write .*instagan-written: .*, then run the same command again\./;
  await t.rejects(writeOutput(path.join(folder, 'a.png'), bytes('first')), { name: 'UserError', message });
  t.notOk(existsSync(path.join(folder, 'a.png')));
});

t.test('masks that an earlier time left of the image are taken away, those of others stay', async (t) => {
  const folder = t.testdir({ 'b_0.png': 'of another' });
  const mask = new Uint8Array(4);
  const files = (...numbers: number[]) => numbers.map((n) => path.join(folder, `a_${n}.png`));
  const one = { width: 2, height: 2, masks: [mask] };
  t.same(await writeMasks(folder, 'a', { ...one, masks: [mask, mask] }), files(0, 1));
  t.same(await writeMasks(folder, 'a', one, [1]), files(1));
  t.notOk(existsSync(path.join(folder, 'a_0.png')));
  t.ok(existsSync(path.join(folder, 'b_0.png')));
});

t.test('what a killed process left half-written of planned files is removed, and nothing else', async (t) => {
  const kept = ['a_0.png', '.a.png.part', '.b_0.png.0123456789ab.part', '.a_0.png.0123456789AB.part'];
  const half = '.a_0.png.0123456789ab.part';
  const files = Object.fromEntries([...kept, half].map((name) => [name, name]));
  const folder = t.testdir({ ...files, below: files });
  const names = new Set(['a', 'below/a']);
  await removeHalfWritten([{ folder, option: '--output', names: [...names], isTaken: isMaskOf(names) }]);
  for (const place of [folder, path.join(folder, 'below')]) {
    t.same(
      readdirSync(place).filter((name) => name !== 'below'),
      kept.toSorted(),
      place,
    );
  }
});
