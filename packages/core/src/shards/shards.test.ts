import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { finishedShards, removeShard, removeShards, shardFolder } from './shard-folders.ts';
import { beginPlan, readCompletion, readRecord, recordCompletion, writeRecord } from './work-records.ts';

t.test('work goes on with the plan it was begun with, and with no other', async (t) => {
  const folder = t.testdir();
  const work = join(folder, 'work');
  const clear = async () => {};
  await beginPlan(work, { size: 64 }, clear);
  await beginPlan(work, { size: 64 }, async () => {
    t.fail('what is there is kept');
  });
  await t.rejects(beginPlan(work, { size: 32 }, clear), { name: 'UsageError', message: /begun with another size/ });
  await writeFile(join(work, 'plan.json'), (await readFile(join(work, 'plan.json'), 'utf8')).replace('64', '65'));
  const remove = async () => void t.fail('what a damaged plan belongs to is not removed');
  await t.rejects(beginPlan(work, { size: 65 }, remove), {
    name: 'UserError',
    message: /plan\.json is damaged: remove/,
  });
});

t.test('a record that cannot be written is one clear error', async (t) => {
  const folder = t.testdir();
  await writeRecord(join(folder, 'done.json'), { frames: 3 });
  t.same(await readRecord(join(folder, 'done.json')), { frames: 3 });
  t.equal(await readRecord(join(folder, 'none.json')), null);
  await t.rejects(writeRecord(join(folder, 'none', 'done.json'), {}), {
    name: 'UserError',
    message: /^Cannot write .*done\.json: its folder does not exist; make it, then run the same command again\.$/,
  });
});

t.test('shards of an output are joined when all are finished, and not before', async (t) => {
  const output = join(t.testdir(), 'walk-%05d.png');
  const clear = async () => {};
  await t.rejects(finishedShards(output), { name: 'UsageError', message: /walk-05d\.png\.parts holds no shard/ });
  for (const number of [1, 2, 3]) await beginPlan(shardFolder(output, { number, count: 3 }), {}, clear);
  const [first = '', second = '', third = ''] = [1, 2, 3].map((number) => shardFolder(output, { number, count: 3 }));
  await recordCompletion(second, { failed: ['b'] });
  t.same([await readCompletion(first), await readCompletion(second)], [null, { failed: ['b'] }]);
  await t.rejects(finishedShards(output), { name: 'UserError', message: /^Shard 1\/3, 3\/3 of .* is not finished/ });
  await recordCompletion(first);
  await recordCompletion(third);
  t.same(await finishedShards(output), [
    { folder: first, completion: {}, plan: {} },
    { folder: second, completion: { failed: ['b'] }, plan: {} },
    { folder: third, completion: {}, plan: {} },
  ]);
  await beginPlan(shardFolder(output, { number: 1, count: 2 }), {}, clear);
  await t.rejects(finishedShards(output), { name: 'UsageError', message: /holds shards of (3 and of 2|2 and of 3)/ });
  await removeShard(output, { number: 1, count: 2 });
  t.equal((await finishedShards(output)).length, 3);
  await removeShards(output);
  await t.rejects(finishedShards(output), /holds no shard/);
});

t.test('shards that were made with different plans are not joined', async (t) => {
  const output = join(t.testdir(), 'walk.mp4');
  const begin = async (number: number, plan: Record<string, unknown>) => {
    const folder = shardFolder(output, { number, count: 2 });
    await beginPlan(folder, plan, async () => {});
    await recordCompletion(folder);
  };
  await begin(1, { video: 'a', size: [32, 32], later: true });
  await begin(2, { video: 'b', size: [64, 64] });
  await t.rejects(finishedShards(output), {
    name: 'UsageError',
    message: /^Shard 2\/2 of .* was made with another video, size than shard 1\/2: remove .*shard-2-of-2, then run/,
  });
});

t.test('nothing is left of an output whose last shard is removed', async (t) => {
  const folder = t.testdir();
  const [first, second] = [
    { number: 1, count: 2 },
    { number: 2, count: 2 },
  ];
  for (const shard of [first, second]) await beginPlan(shardFolder(join(folder, 'a.mp4'), shard), {}, async () => {});
  await removeShard(join(folder, 'a.mp4'), first);
  t.same(await readdir(join(folder, 'a.mp4.parts')), ['shard-2-of-2']);
  await removeShard(join(folder, 'a.mp4'), second);
  t.same(await readdir(folder), []);
});
