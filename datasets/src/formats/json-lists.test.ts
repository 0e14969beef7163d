import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { type ItemPlace, readJsonItems, readJsonLists } from './json-lists.ts';

const LISTS = new Set(['images', 'annotations']);

t.test('items come out as JSON.parse has them, and are found again, wherever pieces of the file end', async (t) => {
  const items = Array.from({ length: 40_000 }, (_, id) => ({
    id,
    // Quotes, backslashes, brackets, and characters of several bytes.
    name: ['"', '\\', '\\\\"', ']},{[', 'ä€😀', '\n\u2028'].slice(0, id % 7).join(''),
    nested: [[1.5, -2e-3, null], { deep: [{}, []] }],
    padding: 'x'.repeat(id % 50),
  }));
  const file = path.join(t.testdir(), 'large.json');
  const text = JSON.stringify({
    info: { annotations: [1, 2], text: 'images": [1]' },
    annotations: items,
    images: [],
    last: '\\',
  });
  await writeFile(file, `\uFEFF${text.replaceAll('},{"id"', '} ,\r\n {"id"')}`);
  const found: unknown[] = [];
  const places: ItemPlace[] = [];
  const lists = await readJsonLists(file, LISTS, (_, item, place) => {
    found.push(item);
    places.push(place);
  });
  t.same([...lists].sort(), ['annotations', 'images']);
  t.equal(JSON.stringify(found), JSON.stringify(items));
  const some = [0, 17, 20_000, 39_999];
  t.same(
    await readJsonItems(
      file,
      some.map((i) => places[i] as ItemPlace),
    ),
    some.map((i) => items[i]),
  );
  await writeFile(file, 'other');
  await t.rejects(readJsonItems(file, places.slice(0, 1)), /has changed since it was opened/);
});

t.test('what is no JSON is refused', async (t) => {
  const file = path.join(t.testdir(), 'a.json');
  for (const text of [
    '',
    'no',
    '{"images": [',
    '{"images": [1 2]}',
    '{"images": [{]}',
    '{"images": []} {',
    '"text"',
    '}',
    '{"images": ["',
    '{"images": [1,,2]}',
  ]) {
    await writeFile(file, text);
    await t.rejects(
      readJsonLists(file, LISTS, () => {}),
      { name: 'UserError', message: /a\.json is not JSON/ },
      text,
    );
  }
  for (const text of ['{}', '[]', '[{"images": [1]}]', ' {"other": {"images": [1]}} ']) {
    await writeFile(file, text);
    t.same(await readJsonLists(file, LISTS, () => t.fail('no item')), new Set(), text);
  }
});
