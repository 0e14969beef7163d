import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readMask } from '@instagan/datasets';
import sharp from 'sharp';
import t, { type Test } from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';
import { temporaryFolder } from '../helpers/cli-process.ts';

const cwd = await temporaryFolder(t);
process.env.INSTAGAN_CACHE = path.join(cwd, 'cache');
const SIZE = { width: 48, height: 32 };
const TINY = '--size 32x32 --blocks 1 --ngf 2 --ndf 2 --steps 1 --backend wasm --threads 1 --ui plain'.split(' ');

/** A COCO file of two sheep or two goats an image: one as a polygon, one as run lengths, which go down the columns. */
async function writeCoco(folder: string, imagesOfEach: number): Promise<void> {
  await mkdir(path.join(cwd, folder, 'images'), { recursive: true });
  const images = Array.from({ length: 2 * imagesOfEach }, (_, id) => ({ id, file_name: `${id}.png`, ...SIZE }));
  for (const { id, file_name } of images) {
    const background = { r: 90, g: 30 * id, b: 60 };
    await sharp({ create: { ...SIZE, channels: 3, background } }).toFile(path.join(cwd, folder, 'images', file_name));
  }
  const { height, width } = SIZE;
  const object = { left: 20, top: 8, width: 24, height: 12 };
  const counts = [object.left * height + object.top, object.height];
  for (let column = 1; column < object.width; column++) counts.push(height - object.height, object.height);
  const runs = {
    size: [height, width],
    counts: [...counts, height * width - counts.reduce((sum, count) => sum + count, 0)],
  };
  const annotations = images.flatMap(({ id }) =>
    [[[2, 4, 16, 4, 16, 28, 2, 28]], runs].map((segmentation, i) => ({
      ...{ id: 2 * id + i, image_id: id, category_id: id % 2, segmentation, iscrowd: 0 },
    })),
  );
  const categories = ['sheep', 'goat'].map((name, id) => ({ id, name }));
  await writeFile(path.join(cwd, folder, 'instances.json'), JSON.stringify({ images, annotations, categories }));
}

async function run(t: Test, words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await callCli(words, cwd);
  t.equal(code, 0, `${words.join(' ')}: ${stderr}`);
  return stdout;
}

/** Runs the command that another one names as the next, with its result in a folder of this name. */
async function runNext(t: Test, stdout: string, output: string): Promise<string> {
  const [, line = ''] = /^Next: instagan (.*)$/m.exec(stdout) ?? [];
  const words = [...line.matchAll(/'([^']*)'|\S+/g)]
    .map(([word, quoted]) => quoted ?? word)
    .map((word) => (word === 'translated' ? output : word));
  return run(t, [...words, '--backend', 'wasm', '--threads', '1']);
}

async function requireTranslations(t: Test, folder: string, images: number): Promise<void> {
  const names = (await readdir(path.join(cwd, folder))).filter((name) => name.endsWith('.png'));
  t.equal(names.length, images);
  const masks = await readdir(path.join(cwd, `${folder}_seg`));
  t.equal(masks.filter((name) => name.endsWith('.png')).length, 2 * images);
  const [mask = ''] = masks.filter((name) => name.endsWith('.png'));
  t.match(await readMask(path.join(cwd, `${folder}_seg`, mask)), SIZE);
}

await writeCoco('five', 5);
await writeCoco('two', 2);

t.test('a dataset built from a COCO file has no faults, trains, and its test images are translated', async (t) => {
  const built = await run(t, 'dataset coco five/instances.json --a sheep --b goat --output set --json'.split(' '));
  t.match(JSON.parse(built).domains, [
    { domain: 'A', train: { images: 4, masks: 8 }, test: { images: 1, masks: 2 } },
    { domain: 'B', train: { images: 4, masks: 8 }, test: { images: 1, masks: 2 } },
  ]);
  const half = await run(t, 'dataset coco two/instances.json --a sheep --output half'.split(' '));
  t.match(half, '\nDomain B is still missing: add it with --b LABELS and the same --output,');
  t.notMatch(half, 'Domain A is');
  t.match(await run(t, ['dataset', 'check', 'set']), 'set: no faults.');
  const trained = await run(t, ['train', '--data', 'set', '--run', 'run', ...TINY]);
  t.match(trained, '\nNext: instagan translate --run run --input set/testA --output translated\n');
  await runNext(t, trained, 'of-the-set');
  await requireTranslations(t, 'of-the-set', 1);
});

t.test('training takes a COCO file directly, and what it names as the next command works', async (t) => {
  // Too few images for any to be kept for tests.
  const data = 'coco:two/instances.json?a=sheep&b=goat';
  const trained = await run(t, ['train', '--data', data, '--run', 'direct', ...TINY]);
  t.match(trained, /\nNext: instagan translate --run direct --input \S+\/trainA --output translated\n/);
  await runNext(t, trained, 'direct-images');
  await requireTranslations(t, 'direct-images', 2);
  await run(
    t,
    'translate --run direct --input two/images --masks two/instances.json --output by-file --backend wasm'.split(' '),
  );
  await requireTranslations(t, 'by-file', 4);

  const words = ['segmenter', 'train', '--data', data, '--domain', 'A', '--run', 'finder', '--ngf', '2'];
  const segmenter = await run(t, [...words, '--size', '32x32', '--steps', '1', '--ui', 'plain', '--backend', 'wasm']);
  t.match(await runNext(t, segmenter, 'scores'), /trainA: 2 images, 4 masks\nIoU /);
});
