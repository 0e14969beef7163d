import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readImage, readMask, writeImage, writeMask } from '@instagan/datasets';
import t from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';
import { runCli, temporaryFolder } from '../helpers/cli-process.ts';

const weights = fileURLToPath(new URL('../fixtures/parity/authors/', import.meta.url));
const cwd = await temporaryFolder(t);
const at = (...parts: string[]) => path.join(cwd, ...parts);
const run = (line: string) => callCli(line.split(' '), cwd);

const model = ['A', 'B'].flatMap((side) => [
  `--generator-${side.toLowerCase()}`,
  path.join(weights, `step_net_G_${side}.pth`),
]);
await callCli(['import', '--run', 'model', ...model], cwd);

/** Bright discs, told apart from a dark ground by any segmenter in no time. */
async function writeDiscs(folder: string, name: string, width: number, height: number, count: number) {
  const radius = height / 5;
  const masks = Array.from({ length: count }, (_, n) =>
    Uint8Array.from({ length: width * height }, (__, i) => {
      const x = (i % width) - ((n + 0.5) * width) / count;
      const y = Math.floor(i / width) - height * (0.35 + 0.3 * ((name.length + n) % 2));
      return x * x + y * y < radius * radius ? 255 : 0;
    }),
  );
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const isObject = masks.some((mask) => mask[Math.floor(i / 3)] !== 0);
    return (isObject ? 200 : 30) + ((i * 97 + (i % 31) * 11) % 30);
  });
  await writeImage(at(folder, `${name}.png`), { width, height, data });
  if (folder === 'photos') return;
  // A mask without an object says that there is nothing to be found.
  if (count === 0) masks.push(new Uint8Array(width * height));
  for (const [n, mask] of masks.entries()) {
    await writeMask(at(`${folder}_seg`, `${name}_${n}.png`), { width, height, data: mask });
  }
}

for (let i = 0; i < 20; i++) await writeDiscs('set/trainA', `disc${'s'.repeat(i)}`, 40 + (i % 3), 36, 1 + (i % 2));
for (let i = 0; i < 6; i++) await writeDiscs('set/trainA', `ground${'s'.repeat(i)}`, 40 + (i % 3), 36, 0);
for (let i = 0; i < 4; i++) await writeDiscs('set/testA', `disc${'s'.repeat(i)}`, 44, 40, 1 + (i % 2));
await writeDiscs('set/testA', 'ground', 44, 40, 0);
const NETWORK = '--size 32x32 --levels 3 --ngf 4 --ndf 2 --learning-rate 3e-3,2e-4 --sample-every 0';
const TRAIN = `segmenter train --data set --domain A --run discs ${NETWORK} --steps 120 --validate-every 60`;
const trained = await runCli(`${TRAIN} --backend wasm --threads 1`.split(' '), cwd);

t.test('a segmenter is trained from a folder, and reports on images it never saw', async (t) => {
  t.equal(trained.code, 0, trained.stderr);
  t.match(trained.stdout, /data {8}A: 26 images, 36 masks/);
  t.match(trained.stdout, /validation {2}iou 0\.\d{3} {2}precision/);
  t.match(trained.stdout, 'Next: instagan segmenter evaluate --run discs --data set');
  const again = await run(`segmenter train --data set --domain B --run discs --resume`);
  t.match(again, { code: 2, stderr: /started with domain "A" and cannot go on with "B"/ });
  const wrong = await run('translate --run discs --input set/testA --output x');
  t.match(wrong, { code: 1, stderr: /discs is a run of the model pix2pix, not of a translation model/ });
});

t.test('a segmenter can begin with the weights of another, and then has its network and size', async (t) => {
  const line = 'segmenter train --data set --preset photos --init discs --steps 1 --backend wasm --threads 1';
  const more = await run(`${line} --run more`);
  t.equal(more.code, 0, more.stderr);
  t.match(more.stdout, /no PatchGAN/, 'the preset does without');
  t.match(more.stdout, /settings .*init discs \(none\).*size 32x32.*ngf 4/);
  const wider = await run(`${line} --run wider --ngf 8`);
  t.match(wider, { code: 2, stderr: /discs has ngf 4, so its weights do not fit ngf 8: leave that setting out/ });
});

t.test('evaluate scores it on the test images', async (t) => {
  const { code, stdout, stderr } = await run(
    'segmenter evaluate --run discs --data set --backend wasm --threads 1 --json',
  );
  t.equal(code, 0, stderr);
  const scores = JSON.parse(stdout);
  t.match(scores, { domain: 'A', split: 'test', images: 5 });
  t.ok(scores.iou > 0.8, `IoU ${scores.iou}, for which finding nothing on the bare ground counts as 1`);
  for (const name of ['precision', 'recall', 'ap50']) t.ok(scores[name] > 0 && scores[name] <= 1, name);
  const table = await run('segmenter evaluate --run discs --data set --split train --backend wasm --threads 1');
  t.match(table.stdout, /IoU +0\.\d{3} +of all objects together/);
});

t.test('predict writes masks in the layout of a dataset, and pictures to look at', async (t) => {
  const { width, height } = { width: 150, height: 97 };
  await writeDiscs('photos', 'odd', width, height, 2);
  const photo = await readImage(at('photos', 'odd.png'));
  await writeDiscs('photos', 'bare', 40, 40, 0);
  await writeMask(at('found', 'odd_9.png'), { width: 2, height: 2, data: new Uint8Array(4) });
  const line = 'segmenter predict --run discs --input photos --output found --overlay looks --min-confidence 0.5';
  const refused = await run(`${line} --backend wasm --threads 1 --json`);
  t.equal(refused.code, 2, 'a mask that somebody else made is not removed unasked');
  t.match(refused.stderr, /odd_9\.png would be replaced.*add --overwrite/);
  const { code, stdout, stderr } = await run(`${line} --backend wasm --threads 1 --json --overwrite`);
  t.equal(code, 0, stderr);
  const { images } = JSON.parse(stdout);
  const odd = images.find(({ name }: { name: string }) => name === 'odd');
  t.equal(odd.masks.length, 2, 'its discs are found');
  t.same(images.find(({ name }: { name: string }) => name === 'bare').masks, [], 'nothing is found on bare ground');
  t.same(
    (await readdir(at('found'))).filter((file) => file.startsWith('odd')).length,
    odd.masks.length,
    'an earlier mask is gone',
  );
  t.match(await readMask(at('found', 'odd_0.png')), { width, height }, 'masks have the size of the photo');
  t.match(await readImage(at('looks', 'odd.png')), { width, height });
  t.notSame((await readImage(at('looks', 'odd.png'))).data, photo.data);
  const onto = await run('segmenter predict --run discs --input photos --output photos');
  t.match(onto, { code: 2, stderr: /--output would write among the images that are read/ });
});

t.test('translate --segmenter needs no masks; what is found can be kept, and nothing found is told', async (t) => {
  const line =
    'translate --run model --segmenter discs --input photos --output out --save-masks used --backend wasm --threads 1';
  const { code, stdout, stderr } = await run(`${line} --min-confidence 0.5 --json`);
  t.equal(code, 0, stderr);
  t.match(stderr, /photos.bare\.png is copied unchanged: no object was found in it/);
  const { images } = JSON.parse(stdout);
  t.match(
    images.map(({ name, masksFrom }: { name: string; masksFrom: unknown }) => [name, masksFrom]),
    [
      ['bare', null],
      ['odd', 'segmenter'],
    ],
  );
  t.same(await readImage(at('out', 'bare.png')), await readImage(at('photos', 'bare.png')));
  const kept = (await readdir(at('used'))).filter((name) => !name.startsWith('.')).sort();
  t.ok(kept.includes('odd_0.png') && kept.every((file) => file.startsWith('odd_')));
  t.same(await readMask(at('used', 'odd_0.png')), await readMask(at('found', 'odd_0.png')), 'as predict finds them');
  const plain = await run(`${line} --min-confidence 0.5`);
  t.match(plain.stdout, /1 image copied unchanged/);
});

t.test('masks that are given go before those that are found, image by image', async (t) => {
  await mkdir(at('given'));
  const square = new Uint8Array(1600);
  for (let y = 10; y < 20; y++) square.fill(255, y * 40 + 10, y * 40 + 20);
  await writeMask(at('given', 'bare_4.png'), { width: 40, height: 40, data: square });
  const base = 'translate --run model --input photos --output both --backend wasm --threads 1 --json';
  const both = JSON.parse((await run(`${base} --masks given --segmenter discs`)).stdout);
  t.match(both.images, [
    { name: 'bare', masksFrom: 'file', translated: [4] },
    { name: 'odd', masksFrom: 'segmenter' },
  ]);
  const only = JSON.parse((await run(`${base} --masks given`)).stdout);
  t.match(only.images, [{ masksFrom: 'file' }, { name: 'odd', masksFrom: null, translated: [] }]);
  const images = [{ id: 1, file_name: 'odd.png', width: 300, height: 194 }];
  const box = [30, 30, 90, 30, 90, 120, 30, 120];
  await writeFile(
    at('coco.json'),
    JSON.stringify({ images, annotations: [{ id: 1, image_id: 1, segmentation: [box] }] }),
  );
  const coco = await run(
    'translate --run model --input photos/odd.png --output coco --save-masks drawn --masks coco.json',
  );
  t.equal(coco.code, 0, coco.stderr);
  const mask = await readMask(at('drawn', 'odd_0.png'));
  t.match(mask, { width: 150, height: 97 }, 'a COCO mask of another size is fitted');
  t.same([mask.data[30 * 150 + 30], mask.data[30 * 150 + 60]], [255, 0]);
});

t.test("the authors' U-Net becomes a run that predicts", async (t) => {
  const imported = await run(
    `segmenter import --generator ${path.join(weights, 'unet.pth')} --run unet --size 64x64 --json`,
  );
  t.equal(imported.code, 0, imported.stderr);
  t.match(JSON.parse(imported.stdout), { run: 'unet', ngf: 8, levels: 5 });
  const predicted = await run(
    'segmenter predict --run unet --input photos --output unet_masks --backend wasm --threads 1 --json',
  );
  t.equal(predicted.code, 0, predicted.stderr);
  t.equal(JSON.parse(predicted.stdout).images.length, 2);
  const other = await run(`segmenter import --generator ${path.join(weights, 'generator.pth')} --run wrong`);
  t.match(other, { code: 1, stderr: /holds an InstaGAN generator, not a pix2pix U-Net/ });
  const odd = await run(`segmenter import --generator ${path.join(weights, 'unet.pth')} --run wrong --size 100x100`);
  t.match(odd, { code: 2, stderr: /multiples of 32, not 100x100/ });
});

t.test('without any masks the fix names both ways', async (t) => {
  const none = await run('translate --run model --input photos --output x');
  t.match(none, { code: 2, stderr: /give --masks DIR, .*or --segmenter RUN/ });
  const mixed = await run('translate --run model --segmenter model --input photos --output x');
  t.match(mixed, { code: 1, stderr: /model is a run of the model instagan, not of a segmenter/ });
  const over = await run('translate --run model --segmenter discs --input photos --output x --save-masks x_seg');
  t.match(over, { code: 2, stderr: /--save-masks would mix with the translations/ });
});
