import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { readImage } from '../images/read-image.ts';
import { readMask } from '../images/read-mask.ts';
import { drawVideo } from './draw-video.ts';

const folder = await mkdtemp(join(tmpdir(), 'instagan-draw-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));

/** The column of the middle of a mask. */
async function centreX(file: string): Promise<number> {
  const { data, width } = await readMask(file);
  const columns = [...data].flatMap((value, i) => (value > 0 ? [i % width] : []));
  return columns.reduce((sum, column) => sum + column, 0) / columns.length;
}

t.test('sheep walk steadily, each with one number, before a meadow that stands still', async (t) => {
  const output = join(folder, 'walk');
  const { frames } = await drawVideo({ output, frames: 9, seed: 3, height: 48, width: 72 });
  t.equal(frames, 9);
  t.same((await readdir(output)).length, 9);
  const first = (await readdir(`${output}_seg`)).filter((name) => name.startsWith('00001_'));
  let walking = 0;
  for (const name of first) {
    const places: number[] = [];
    for (let n = 1; n <= 9; n++) places.push(await centreX(join(`${output}_seg`, name.replace('00001', `0000${n}`))));
    const steps = places.slice(1).map((place, i) => place - (places[i] as number));
    t.ok(
      steps.every((step) => Math.abs(step) < 3.5),
      `${name} never jumps`,
    );
    if (Math.abs((places.at(-1) as number) - (places[0] as number)) > 3) walking++;
  }
  t.ok(walking > 0);
  const [a, b] = [await readImage(join(output, '00001.png')), await readImage(join(output, '00009.png'))];
  const sky = 72 * 3 * 4;
  t.same(a.data.subarray(0, sky), b.data.subarray(0, sky));
  t.notSame(a.data, b.data);
});

t.test('a shorter video replaces a longer one, and other files are left alone', async (t) => {
  const output = join(folder, 'walk');
  await drawVideo({ output, frames: 2, seed: 3, height: 48, width: 72 });
  t.same((await readdir(output)).sort(), ['00001.png', '00002.png']);
  await writeFile(join(output, 'holiday.png'), '');
  await t.rejects(drawVideo({ output, frames: 1, seed: 3 }), /holiday\.png, which is no frame of a drawn video/);
});
