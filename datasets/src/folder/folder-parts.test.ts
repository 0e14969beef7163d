import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { writeMask } from '../images/write-image.ts';
import { height, width, writeBoxDataset } from './box-dataset.test-fixture.ts';
import { readDomainFolder } from './dataset-folder.ts';
import { type LeftOut, listInputs, loadSample } from './load-sample.ts';
import { mapBounded } from './map-bounded.ts';
import { overlap, shapeOf } from './mask-overlap.ts';
import { naturalOrder } from './natural-order.ts';

t.test('names are ordered as people count, the same on every machine', async (t) => {
  const sorted = ['a1', 'a2', 'a10', 'a010', 'a10b', 'b', 'b0', 'ä1'];
  for (const names of [[...sorted].reverse(), sorted]) {
    const order = [...names].sort(naturalOrder);
    t.same(order, ['a1', 'a2', 'a010', 'a10', 'a10b', 'b', 'b0', 'ä1']);
  }
  t.equal(naturalOrder('x7', 'x7'), 0);
});

t.test('bounded mapping keeps the order, never exceeds the limit, and stops at an error', async (t) => {
  let running = 0;
  let most = 0;
  const call = async (item: number) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5 - (item % 3)));
    running--;
    return item * 2;
  };
  const items = Array.from({ length: 20 }, (_, i) => i);
  t.same(
    await mapBounded(items, 3, call),
    items.map((i) => i * 2),
  );
  t.equal(most, 3);
  t.same(await mapBounded([], 3, call), []);
  let begun = 0;
  const failing = mapBounded(items, 1, async (item) => {
    begun++;
    if (item === 2) throw new Error('third');
  });
  await t.rejects(failing, /third/);
  t.equal(begun, 3, 'no further call was begun');
});

t.test('overlap is intersection over union, also of large masks that are thinned out', async (t) => {
  const box = (left: number, side: { width: number; height: number }) => ({
    ...side,
    data: Uint8Array.from({ length: side.width * side.height }, (_, i) =>
      i % side.width >= left && i % side.width < left + side.width / 2 ? 255 : 0,
    ),
  });
  const small = { width: 40, height: 10 };
  t.equal(overlap(box(0, small), box(10, small)), 10 / 30);
  t.equal(overlap(box(0, small), box(20, small)), 0);
  const large = { width: 4000, height: 1000 };
  const thin = shapeOf(box(0, large));
  t.same([thin.width, thin.height, thin.data.length], [2000, 500, 1_000_000]);
  t.ok(Math.abs(overlap(thin, shapeOf(box(1000, large))) - 1 / 3) < 0.01);
});

t.test('the index finds each image with its masks, numbers in counting order', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const data = new Uint8Array(width * height).fill(255);
  await writeMask(join(root, 'trainA_seg', 'a0_10.png'), { width, height, data });
  const folder = await readDomainFolder(root, 'train', 'A');
  t.same(
    folder.images.map(({ name }) => name),
    ['a0', 'a1', 'a2', 'a3'],
  );
  t.same(
    folder.images[0]?.masks.map(({ number }) => number),
    [0, 1, 10],
  );
  t.equal(folder.images[0]?.file, join(root, 'trainA', 'a0.png'));
});

t.test('accented names match their masks however the file system spells them', async (t) => {
  const root = t.testdir();
  await mkdir(join(root, 'trainA'));
  await mkdir(join(root, 'trainA_seg'));
  await writeFile(join(root, 'trainA', 'ze\u0301bre.png'), '');
  await writeFile(join(root, 'trainA_seg', 'z\u00e9bre_0.png'), '');
  const folder = await readDomainFolder(root, 'train', 'A');
  t.equal(folder.images[0]?.masks.length, 1);
  t.same(folder.orphans, []);
});

t.test('translating: an image and its masks arrive at their own size, in the range of the network', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const inputs = await listInputs(join(root, 'testA'), join(root, 'testA_seg'));
  t.same(
    inputs.map(({ name }) => name),
    ['t0'],
  );
  const sample = await loadSample(inputs[0] as (typeof inputs)[0]);
  t.match(sample, { name: 't0', width, height, maskNumbers: [0, 1] });
  t.equal(sample.image.length, width * height * 3);
  t.same(
    sample.masks.map((mask) => mask.filter((value) => value === 1).length),
    [64, 144],
    'file order, not area, so that --instances means file numbers',
  );
  for (const [i, mask] of sample.masks.entries()) {
    const where = mask.indexOf(1);
    t.equal(sample.image[where * 3], 1, `white under mask ${i}`);
  }
  const scaled = await loadSample(inputs[0] as (typeof inputs)[0], { size: { height: 18, width: 24 } });
  t.match(scaled, { width: 24, height: 18 });
  t.ok(scaled.masks.every((mask) => mask.length === 24 * 18));
});

t.test('a single file and a folder without masks are inputs too', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const file = join(root, 'trainB', 'b1.png');
  t.same(await listInputs(file), [{ name: 'b1', file, masks: [] }]);
  t.equal((await listInputs(file, join(root, 'trainB_seg')))[0]?.masks.length, 2);
  t.equal((await listInputs(join(root, 'trainB'))).length, 3);
});

t.test('what is left out of folders is told; masks that fit no image at all are refused', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const [images, masks] = [join(root, 'trainB'), join(root, 'trainB_seg')];
  for (const name of ['IMG_1.HEIC', 'noext', 'd.bmp', '.DS_Store', 'Thumbs.db'])
    await writeFile(join(images, name), '');
  await mkdir(join(images, 'sub'));
  for (const name of ['b1-0.png', 'B1_0.png', 'b1_0.txt']) await writeFile(join(masks, name), '');
  const told: LeftOut[] = [];
  const onLeftOut = (leftOut: LeftOut) => told.push(leftOut);
  t.equal((await listInputs(images, masks, { onLeftOut })).length, 3);
  t.same(told, [{ others: ['IMG_1.HEIC', 'd.bmp', 'noext', 'sub'], masks: ['B1_0.png', 'b1-0.png', 'b1_0.txt'] }]);
  await listInputs(join(images, 'b1.png'), masks, { onLeftOut });
  await listInputs(join(root, 'testA'), join(root, 'testA_seg'), { onLeftOut });
  t.equal(told.length, 1, 'nothing is left out of a single file, nor of a clean folder');
  const message = /No mask in .*trainB_seg belongs to .*t0\.png/;
  await t.rejects(listInputs(join(root, 'testA'), masks), { name: 'UserError', message });
});

t.test('a mask at another resolution is scaled to its image, one of another shape is refused', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const big = { width: 96, height: 72 };
  const data = Uint8Array.from({ length: 96 * 72 }, (_, i) => (i % 96 < 48 ? 255 : 0));
  await writeMask(join(root, 'testA_seg', 't0_0.png'), { ...big, data });
  const list = () => listInputs(join(root, 'testA'), join(root, 'testA_seg'));
  const [input] = await list();
  const sample = await loadSample(input as NonNullable<typeof input>);
  t.equal(sample.masks[0]?.filter((value) => value === 1).length, (width * height) / 2);
  await writeMask(join(root, 'testA_seg', 't0_0.png'), { width: 72, height: 96, data });
  await t.rejects(loadSample(input as NonNullable<typeof input>), { name: 'UserError', message: /t0_0\.png is 72x96/ });
});

t.test('inputs that cannot be right are refused by name', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const rejects = async (path: string, masks: string | undefined, message: RegExp) =>
    t.rejects(listInputs(path, masks), { name: 'UserError', message });
  await rejects(root, undefined, /holds no image itself: give a folder in it, such as .*testA\.$/);
  await t.rejects(readDomainFolder(join(root, 'testA'), 'train', 'A'), {
    name: 'UserError',
    message: /testA is a part of a dataset: give the folder that holds it, .*\.$/,
  });
  await rejects(join(root, 'none'), undefined, /no file or folder .*none/);
  await rejects(join(root, 'testA'), join(root, 'none_seg'), /no folder of masks .*none_seg/);
  await writeFile(join(root, 'testA', 't0.jpg'), '');
  await rejects(join(root, 'testA'), undefined, /t0\.png has the same name as .*t0\.jpg/);
  await rm(join(root, 'testA', 't0.jpg'));
  await writeFile(join(root, 'testA_seg', 't0_00.png'), '');
  await rejects(join(root, 'testA'), join(root, 'testA_seg'), /same number/);
  await mkdir(join(root, 'empty'));
  await rejects(join(root, 'empty'), undefined, /holds no image/);
  await writeFile(join(root, 'notes.txt'), '');
  await rejects(join(root, 'notes.txt'), undefined, /notes\.txt is no image/);
});

t.test('with recursive, the images of folders below come with the masks of folders of the same names', async (t) => {
  const root = t.testdir({
    photos: {
      'top.png': '',
      'notes.txt': '',
      day1: { 'one.jpg': '', deep: { 'two.png': '' } },
      day1_seg: { 'one_0.png': '' },
      day2: { 'one.png': '' },
      '.hidden': { 'three.png': '' },
    },
    masks: { 'top_0.png': '', day1: { 'one_0.png': '', 'one_1.png': '', 'stray_0.png': '' } },
  });
  let leftOut: LeftOut | undefined;
  const options = { recursive: true, onLeftOut: (told: LeftOut) => (leftOut = told) };
  const inputs = await listInputs(join(root, 'photos'), join(root, 'masks'), options);
  t.same(
    inputs.map(({ name, masks }) => [name, masks.length]),
    [
      ['top', 1],
      ['day1/one', 2],
      ['day1/deep/two', 0],
      ['day2/one', 0],
    ],
  );
  t.same(leftOut, { others: ['notes.txt'], masks: [join('day1', 'stray_0.png')] });
  t.same(
    (await listInputs(join(root, 'photos'))).map(({ name }) => name),
    ['top'],
  );
  await t.rejects(listInputs(join(root, 'masks', 'day1', 'none'), undefined, { recursive: true }), {
    message: /There is no file or folder/,
  });
});
