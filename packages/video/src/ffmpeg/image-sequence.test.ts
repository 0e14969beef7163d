import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { isSequence, parseSequence, picturesOf, requireWholeSequence } from './image-sequence.ts';

const folder = await mkdtemp(join(tmpdir(), 'instagan-sequence-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));

async function numbersOf(name: string): Promise<number[]> {
  return (await picturesOf(parseSequence(join(folder, name)))).map(({ number }) => number);
}

t.test('pictures are found by number, at whichever they begin', async (t) => {
  const own = join(folder, 'a%20b');
  await mkdir(own);
  for (const name of ['f1000.png', 'f998.png', 'f999.png', 'f0999.png', 'g1.png', 'f1.jpg', 'fx.png']) {
    await writeFile(join(own, name), 'x');
  }
  t.same(await numbersOf('a%20b/f%d.png'), [998, 999, 1000]);
  t.same(await numbersOf('a%20b/f%04d.png'), [999, 1000]);
  t.same(await numbersOf('a%20b/f%4d.png'), [999, 1000], 'as ffmpeg reads it');
  t.equal(parseSequence(join(folder, 'a%20b/f%d.png')).pattern, join(folder, 'a%%20b/f%d.png'));
});

t.test('a gap and an empty picture are told by number and name', async (t) => {
  const own = join(folder, 'gap');
  await mkdir(own);
  for (const n of [1, 2, 4]) await writeFile(join(own, `${n}.png`), 'x');
  const sequence = parseSequence(join(own, '%d.png'));
  await t.rejects(requireWholeSequence('%d.png', await picturesOf(sequence)), {
    name: 'UserError',
    message: /%d\.png has no picture 3, but goes on with 4/,
  });
  await writeFile(join(own, '3.png'), '');
  await t.rejects(requireWholeSequence('%d.png', await picturesOf(sequence)), /3\.png is empty/);
  await t.rejects(requireWholeSequence('x%d.png', []), /There are no pictures x%d\.png/);
});

t.test('a drawing or document among the pictures is called what it is, and never given to ffmpeg', async (t) => {
  const own = join(folder, 'hostile');
  await mkdir(own);
  await writeFile(join(own, '1.png'), 'x');
  for (const [content, kind] of [
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'an SVG drawing'],
    ['%PDF-1.4', 'a PDF document'],
  ] as const) {
    await writeFile(join(own, '2.png'), content);
    await t.rejects(requireWholeSequence('%d.png', await picturesOf(parseSequence(join(own, '%d.png')))), {
      name: 'UserError',
      message: new RegExp(`2\\.png is ${kind}, not the picture that its name says: replace it`),
    });
  }
  await writeFile(join(own, '2.png'), '\xff\xd8\xff\xe0', 'latin1');
  await requireWholeSequence('%d.png', await picturesOf(parseSequence(join(own, '%d.png'))));
});

t.test('only the name of the file is a pattern', async (t) => {
  t.equal(isSequence('frames/%05d.png'), true);
  t.equal(isSequence('a%3d/clip.mp4'), false);
  t.equal(isSequence('https://host/%05d.png'), false);
});
