import path from 'node:path';
import { writeRecord } from '@instagan/core';
import t from 'tap';
import { joinImageShards, openImageShard } from './image-shard.ts';

t.test('images of the same name in several folders are kept apart', async (t) => {
  const output = path.join(t.testdir(), 'out');
  const inputs = ['a/x', 'a%2Fx', 'b/x'].map((name) => ({ name, file: `in/${name}.png`, masks: [] }));
  const tile = (level: number) => ({ width: 2, height: 1, data: new Uint8Array(6).fill(level) });
  const shard = await openImageShard(output, { number: 1, count: 1 }, {}, inputs);
  for (const [i, { name, file }] of inputs.entries()) {
    const translated = { name, input: file, output: '.', masks: [], masksFrom: null, seconds: 1, translated: [0] };
    await shard.add(translated, [tile(i)]);
  }
  await shard.complete([]);
  const { images, rows } = await joinImageShards(output, inputs, () => true);
  t.same(
    images.map(({ name }) => name),
    inputs.map(({ name }) => name),
  );
  t.same(
    rows.map(([picture]) => picture?.data[0]),
    [0, 1, 2],
  );
  const again = await openImageShard(output, { number: 1, count: 1 }, {}, inputs);
  t.same(again.left, [], 'what is done is known again');
});

t.test(
  'a record that holds something else counts as none, and a shard whose end is damaged is not joined',
  async (t) => {
    const output = path.join(t.testdir(), 'out');
    const folder = path.join(`${output}.parts`, 'shard-1-of-1');
    const inputs = ['a', 'b'].map((name) => ({ name, file: `in/${name}.png`, masks: [] }));
    const shard = await openImageShard(output, { number: 1, count: 1 }, {}, inputs);
    const whole = {
      name: 'a',
      input: 'in/a.png',
      output: '.',
      masks: [],
      masksFrom: null,
      seconds: 1,
      translated: null,
    };
    await shard.add(whole, null);
    for (const changed of [{ name: 7 }, { tiles: 1e9 }, { masks: 'b_0.png' }, { warning: {} }]) {
      await writeRecord(path.join(folder, 'image-b.json'), { ...whole, name: 'b', tiles: 0, ...changed });
      const { left } = await openImageShard(output, { number: 1, count: 1 }, {}, inputs);
      t.same(
        left.map(({ name }) => name),
        ['b'],
        JSON.stringify(changed),
      );
    }
    for (const completion of [{}, { failed: null }, { failed: [null] }, { failed: [{ name: 'b', error: 3 }] }]) {
      await writeRecord(path.join(folder, 'complete.json'), completion);
      await t.rejects(
        joinImageShards(output, inputs, () => true),
        { name: 'UserError', message: /records in .*shard-1-of-1 are damaged: remove it, run that shard again/ },
        JSON.stringify(completion),
      );
    }
  },
);
