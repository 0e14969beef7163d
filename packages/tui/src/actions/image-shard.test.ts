import path from 'node:path';
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
