import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '@instagan/core/data';
import sharp from 'sharp';
import t from 'tap';
import { drawDataset } from './draw-dataset.ts';

const SMALL = { seed: 3, height: 48, width: 64 } as const;

/** Every file below a folder with its bytes. */
async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const pairs = files
    .sort()
    .map(async (file) => [file.slice(folder.length + 1), (await readFile(file)).toString('base64')]);
  return Object.fromEntries(await Promise.all(pairs));
}

t.test("writes the authors' layout, which training reads", async (t) => {
  const output = join(t.testdir(), 'set');
  const progress: string[] = [];
  const result = await drawDataset({
    ...SMALL,
    output,
    count: 3,
    onProgress: (done, total) => progress.push(`${done}/${total}`),
  });
  const files = Object.keys(await contents(output));
  t.same(files.filter((file) => file.endsWith('.png')).sort(), [...result.files].sort());
  t.equal(result.images, 8, '3 training and 1 test image in each domain');
  t.equal(result.images + result.masks, result.files.length);
  t.same(progress, ['1/8', '2/8', '3/8', '4/8', '5/8', '6/8', '7/8', '8/8']);
  t.ok(files.includes('LICENSE.txt'));
  t.same(await readdir(join(output, 'trainA')), ['sheep-00001.png', 'sheep-00002.png', 'sheep-00003.png']);
  t.same(await readdir(join(output, 'testB')), ['giraffe-00001.png']);
  for (const folder of ['trainA', 'trainB', 'testA', 'testB']) {
    for (const image of await readdir(join(output, folder))) {
      const name = image.replace('.png', '');
      const masks = (await readdir(join(output, `${folder}_seg`))).filter((mask) => mask.startsWith(`${name}_`));
      t.ok(masks.length >= 1 && masks.length <= 5);
      t.same(
        masks.sort(),
        masks.map((_, m) => `${name}_${m}.png`),
        'masks are numbered without gaps',
      );
      const sizes = [];
      for (const mask of masks) {
        const file = sharp(join(output, `${folder}_seg`, mask));
        t.match(await file.metadata(), { width: 64, height: 48, channels: 1, depth: 'uchar', format: 'png' });
        const data = await file.toColourspace('b-w').raw().toBuffer();
        t.ok(data.every((value) => value === 0 || value === 255));
        sizes.push(data.filter((value) => value > 127).length);
      }
      t.same(
        sizes,
        sizes.toSorted((a, b) => b - a),
        '_0 is the largest',
      );
      t.match(await sharp(join(output, folder, image)).metadata(), {
        width: 64,
        height: 48,
        channels: 3,
        format: 'png',
      });
    }
  }
});

t.test('the same seed draws the same bytes, and a larger set begins with the smaller', async (t) => {
  const folder = t.testdir();
  const draw = async (name: string, options: { count: number; seed?: number }) => {
    await drawDataset({ ...SMALL, testCount: 1, ...options, output: join(folder, name) });
    const { 'dataset.json': _, ...files } = await contents(join(folder, name));
    return files;
  };
  const two = await draw('two', { count: 2 });
  t.same(await draw('again', { count: 2 }), two);
  t.match(await draw('four', { count: 4 }), two);
  t.notSame(await draw('other', { count: 2, seed: 4 }), two);
});

t.test('an earlier drawn set is replaced, without its leftovers', async (t) => {
  const output = join(t.testdir(), 'set');
  await drawDataset({ ...SMALL, output, count: 3 });
  await writeFile(join(output, 'trainA', '.sheep-00001.png.00ff00ff00ff.part'), 'half a picture');
  await writeFile(join(output, '.dataset.json.00ff00ff00ff.part'), '{');
  await drawDataset({ ...SMALL, output, count: 1, testCount: 0 });
  const files = (await readdir(output, { withFileTypes: true })).filter((entry) => entry.isFile());
  t.same(files.map(({ name }) => name).sort(), ['LICENSE.txt', 'dataset.json']);
  t.same(await readdir(join(output, 'trainA')), ['sheep-00001.png']);
  t.same(await readdir(join(output, 'testB_seg')), []);
  t.match(JSON.parse(await readFile(join(output, 'dataset.json'), 'utf8')), { seed: 3, count: 1, complete: true });
});

t.test("somebody's own files are never touched", async (t) => {
  const folder = t.testdir({
    photos: { trainA: { 'sheep-00001.png': 'mine' } },
    'a-file': 'mine',
    damaged: { 'dataset.json': '{' },
  });
  const before = await contents(folder);
  for (const name of ['photos', 'a-file', 'damaged']) {
    const refusal = drawDataset({ ...SMALL, output: join(folder, name), count: 1 });
    await t.rejects(refusal, { name: 'UsageError', message: /--output/ }, name);
  }
  t.same(await contents(folder), before);

  const set = join(folder, 'set');
  await drawDataset({ ...SMALL, output: set, count: 1 });
  for (const own of ['trainA/photo.png', 'notes.txt', 'trainA_seg/more/mask.png']) {
    await mkdir(join(set, own, '..'), { recursive: true });
    await writeFile(join(set, own), 'mine');
    const drawn = await contents(set);
    await t.rejects(
      drawDataset({ ...SMALL, output: set, count: 2 }),
      { name: 'UsageError', message: /move it away/ },
      own,
    );
    t.same(await contents(set), drawn);
    await rm(join(set, own.startsWith('trainA_seg') ? 'trainA_seg/more' : own), { recursive: true });
  }
});

t.test('an empty folder, or one with what file managers leave, is used', async (t) => {
  const folder = t.testdir({ '.DS_Store': 'x' });
  await drawDataset({ ...SMALL, output: folder, count: 1, testCount: 0 });
  t.equal(await readFile(join(folder, '.DS_Store'), 'utf8'), 'x');
});

t.test('options out of range are refused before anything is written', async (t) => {
  const output = join(t.testdir(), 'set');
  const wrong = [
    { count: 0 },
    { count: 1.5 },
    { height: 31 },
    { width: 4097 },
    { width: 64.5 },
    { seed: Number.NaN },
    { testCount: -1 },
  ];
  for (const options of wrong) {
    await t.rejects(drawDataset({ ...SMALL, output, count: 1, ...options }), UsageError, JSON.stringify(options));
  }
  await t.rejects(readdir(output), { code: 'ENOENT' });
});

t.test('stopping leaves a set that says it is incomplete and can be drawn again', async (t) => {
  const output = join(t.testdir(), 'set');
  const controller = new AbortController();
  const stopped = drawDataset({
    ...SMALL,
    output,
    count: 40,
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('enough')),
  });
  await t.rejects(stopped, { message: 'enough' });
  t.match(JSON.parse(await readFile(join(output, 'dataset.json'), 'utf8')), { complete: false });
  t.ok((await readdir(join(output, 'trainA'))).length < 40);
});
