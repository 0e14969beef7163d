import { join } from 'node:path';
import t from 'tap';
import { temporaryFolder } from '../test-support/media.ts';
import { beginPlan, readRecord, writeRecord } from './records.ts';

const folder = await temporaryFolder(t);

t.test('work goes on with the plan it was begun with, and with no other', async (t) => {
  const work = join(folder, 'work');
  const clear = async () => {};
  await beginPlan(work, { size: 64 }, clear);
  await beginPlan(work, { size: 64 }, async () => {
    t.fail('what is there is kept');
  });
  await t.rejects(beginPlan(work, { size: 32 }, clear), { name: 'UsageError', message: /begun with another size/ });
});

t.test('a record that cannot be written is one clear error', async (t) => {
  await writeRecord(join(folder, 'done.json'), { frames: 3 });
  t.same(await readRecord(join(folder, 'done.json')), { frames: 3 });
  t.equal(await readRecord(join(folder, 'none.json')), null);
  await t.rejects(writeRecord(join(folder, 'none', 'done.json'), {}), {
    name: 'UserError',
    message: /^Cannot write .*done\.json: its folder does not exist; make it, then run the same command again\.$/,
  });
});
