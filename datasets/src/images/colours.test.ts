import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { readImage } from './read-image.ts';
import { decodeMask } from './read-mask.ts';

interface ColourCase {
  readonly name: string;
  /** Largest difference of a level. */
  readonly tolerance: number;
  /** sRGB of the pixels of the first row, as LittleCMS has them; what is transparent lies on white. */
  readonly expected: readonly (readonly number[])[];
  /** Base64. */
  readonly file: string;
}

const url = new URL('../../../test/fixtures/colours/colours.json', import.meta.url);
const cases = JSON.parse(readFileSync(url, 'utf8')) as ColourCase[];

t.test('colours of every depth, colour model and profile are those that LittleCMS finds', async (t) => {
  const folder = t.testdir();
  for (const { name, tolerance, expected, file } of cases) {
    const path = join(folder, name);
    await writeFile(path, Buffer.from(file, 'base64'));
    const { data, width } = await readImage(path);
    t.equal(width, expected.length, name);
    const off = expected.flat().map((level, i) => Math.abs(level - (data[i] as number)));
    t.ok(Math.max(...off) <= tolerance, `${name} is off by ${off}`);
  }
  t.ok(cases.length >= 38);
});

t.test('a profile does not move the border of a mask', async (t) => {
  const folder = t.testdir();
  for (const depth of [8, 16]) {
    const name = `grey${depth}-grey-1.8.png`;
    const { file } = cases.find((one) => one.name === name) as ColourCase;
    await writeFile(join(folder, name), Buffer.from(file, 'base64'));
    const { data } = await decodeMask(join(folder, name));
    // Levels 0, 32, 64, 100, 128, 180, 220, 255; the profile shows 100 as 119 and 128 as 146.
    t.same([...data], [0, 0, 0, 0, 255, 255, 255, 255], name);
  }
});
