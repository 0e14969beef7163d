import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingPair } from '@instagan/core/data';
import { type Box, boxOfMask } from '@instagan/core/data';
import sharp, { type Region } from 'sharp';
import t from 'tap';
import { writeBoxDataset } from '../folder/box-dataset.test-fixture.ts';
import { writeMask } from '../images/write-image.ts';
import { type FolderPairsOptions, openFolderPairs } from './folder-pairs.ts';

const settings = {
  size: { height: 24, width: 32 },
  batch: 2,
  seed: 3,
  maxInstances: 4,
  needMasks: true,
  workers: 1,
} satisfies Omit<FolderPairsOptions, 'root'>;

const bytesOf = ({ a, b }: TrainingPair) =>
  [...a, ...b].map(({ name, image, masks }) => [
    name,
    ...[image, ...masks].map((v) => Buffer.from(v.buffer).toString('base64')),
  ]);

t.test('pairs hold full batches of samples of the size asked for, in the range of the network', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const source = await openFolderPairs({ ...settings, root });
  t.teardown(() => source.close());
  t.equal(source.stepsPerEpoch, 2, '4 images of A in batches of 2');
  t.equal(source.workers, 1);
  t.same(source.warnings, []);
  t.same(source.counts, { A: { images: 4, masks: 8, leftOut: 0 }, B: { images: 3, masks: 6, leftOut: 0 } });
  const { a, b } = await source.pair(0);
  t.same([a.length, b.length], [2, 2]);
  for (const sample of [...a, ...b]) {
    t.match(sample, { height: 24, width: 32 });
    t.equal(sample.image.length, 24 * 32 * 3);
    t.ok(sample.image.every((value) => value >= -1 && value <= 1));
    t.ok(sample.image.some((value) => value > 0.5) && sample.image.some((value) => value < 0));
    t.ok(sample.masks.length >= 1 && sample.masks.length <= 2);
    t.ok(sample.masks.every((mask) => mask.length === 24 * 32 && mask.every((value) => value === 1 || value === -1)));
  }
});

t.test('an image and its masks are cropped and flipped together: masks stay on their objects', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const source = await openFolderPairs({ ...settings, root });
  t.teardown(() => source.close());
  const flips = new Set<string>();
  for (let step = 0; step < 8; step++) {
    for (const { name, image, masks } of (await source.pair(step)).a) {
      // Objects are drawn white on black: the threshold of the picture is the union of the masks.
      const union = masks[0]?.map((_, i) => Math.max(...masks.map((mask) => mask[i] as number)));
      const white = image.filter((_, i) => i % 3 === 0).map((value) => (value > 0 ? 1 : -1));
      t.ok(Buffer.from(white.buffer).equals(Buffer.from((union as Float32Array).buffer)), `${name}, step ${step}`);
      flips.add(`${name} ${Buffer.from(white.buffer).toString('hex')}`);
    }
  }
  t.ok(flips.size > 8, 'and the draws do differ');
});

t.test('a pair depends on seed and step alone: not on order, workers, queue or cache', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const open = (change: Partial<FolderPairsOptions>) => openFolderPairs({ ...settings, root, ...change });
  const first = await open({});
  const steps = [0, 1, 2, 3, 4, 5];
  const expected: unknown[] = [];
  for (const step of steps) expected.push(bytesOf(await first.pair(step)));
  t.same(bytesOf(await first.pair(2)), expected[2], 'going back');
  await first.close();
  for (const change of [{ workers: 2 }, { workers: 0 }, { queueLength: 0 }, { cacheBytes: 0 }]) {
    const source = await open(change);
    for (const step of [5, 0, 3]) t.same(bytesOf(await source.pair(step)), expected[step], JSON.stringify(change));
    await source.close();
  }
  for (const change of [{ seed: 4 }, { augment: false }]) {
    const source = await open({ workers: 0, ...change });
    t.notSame(bytesOf(await source.pair(0)), expected[0], `${JSON.stringify(change)} changes it`);
    await source.close();
  }
});

t.test('instances: largest first, at most the limit, in random order if asked', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const areas = async (change: Partial<FolderPairsOptions>) => {
    const source = await openFolderPairs({ ...settings, root, augment: false, workers: 0, ...change });
    const found: number[][] = [];
    for (let step = 0; step < 4; step++) {
      for (const { masks } of (await source.pair(step)).a) {
        found.push(masks.map((mask) => mask.filter((value) => value > 0).length));
      }
    }
    await source.close();
    return found;
  };
  for (const [large, small] of (await areas({})) as [number, number][]) t.ok(large > small, `${large} > ${small}`);
  t.ok((await areas({ maxInstances: 1 })).every((found) => found.length === 1));
  const random = (await areas({ instanceOrder: 'random' })) as [number, number][];
  t.ok(random.some(([one, other]) => one < other) && random.some(([one, other]) => one > other));
});

t.test('jitter changes the masks, keeps the true ones, and mixes in those that a segmenter predicted', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const whole = new Uint8Array(48 * 36).fill(255);
  for (const name of ['a0', 'a1', 'a2', 'a3']) {
    await writeMask(join(root, 'trainA_pred', `${name}_0.png`), { width: 48, height: 36, data: whole });
  }
  const clean = await openFolderPairs({ ...settings, root });
  const jittered = await openFolderPairs({ ...settings, root, maskJitter: 1 });
  t.teardown(() => Promise.all([clean.close(), jittered.close()]));
  let predicted = 0;
  let changed = 0;
  for (let step = 0; step < 12; step++) {
    const [before, after] = [await clean.pair(step), await jittered.pair(step)];
    for (const [i, sample] of after.a.entries()) {
      t.same(sample.truth?.masks, before.a[i]?.masks, 'the truth is what there is without jitter');
      t.same(sample.image, before.a[i]?.image);
      t.equal(sample.truth?.targets.length, sample.masks.length);
      if (sample.masks[0]?.every((value) => value === 1)) {
        predicted++;
        const isObject = (_: number, p: number) => before.a[i]?.masks.some((mask) => mask[p] === 1) ?? false;
        const everything = sample.masks[0].map((value, p) => (isObject(value, p) ? 1 : -1));
        t.same(sample.truth?.targets, [everything], 'a mask of all objects stands for all of them');
      }
    }
    for (const [i, sample] of after.b.entries()) {
      if (
        sample.masks.length !== before.b[i]?.masks.length ||
        sample.masks.some((mask, m) => mask.some((v, p) => v !== before.b[i]?.masks[m]?.[p]))
      )
        changed++;
      t.ok(sample.masks.length > 0 && sample.masks.every((mask) => mask.includes(1)));
    }
    t.equal(before.a[0]?.truth, undefined);
  }
  t.ok(predicted > 5 && predicted < 19, `half of the images of A have predicted masks: ${predicted} of 24`);
  t.ok(changed > 18, `${changed} of 24 images of B have other masks`);
});

t.test('images without mask are left out and named; without masks needed they take part', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  await rm(join(root, 'trainB_seg', 'b1_0.png'));
  await rm(join(root, 'trainB_seg', 'b1_1.png'));
  const source = await openFolderPairs({ ...settings, root, workers: 0 });
  t.equal(source.warnings.length, 1);
  t.match(source.warnings[0], /trainB\/b1\.png has no mask and is left out/);
  t.match(source.counts.B, { images: 2, leftOut: 1 });
  const names = new Set<string>();
  for (let step = 0; step < 6; step++) for (const { name } of (await source.pair(step)).b) names.add(name);
  t.same([...names].sort(), ['b0', 'b2']);
  await source.close();

  await rm(join(root, 'trainA_seg'), { recursive: true });
  const bare = await openFolderPairs({ ...settings, root, workers: 0, needMasks: false });
  t.same(bare.warnings, []);
  t.match(bare.counts, { A: { images: 4, masks: 0 }, B: { images: 3, leftOut: 0 } });
  t.ok((await bare.pair(0)).a.every(({ masks }) => masks.length === 0));
  await bare.close();
});

t.test('many warnings of one kind are summed up instead of flooding the screen', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  for (let i = 0; i < 9; i++) await writeFile(join(root, 'trainA', `x${i}.bmp`), '');
  const source = await openFolderPairs({ ...settings, root, workers: 0 });
  t.equal(source.warnings.length, 1);
  t.match(source.warnings[0], /x0\.bmp.*8 more like it in trainA.*dataset check/);
  await source.close();
});

t.test('what would corrupt a run is refused before it starts, with the file and the fix', async (t) => {
  const cases: [string, (root: string) => Promise<unknown>, RegExp][] = [
    ['no such folder', (root) => rm(root, { recursive: true }), /There is no folder.*trainA/],
    ['no masks', (root) => rm(join(root, 'trainA_seg'), { recursive: true }), /There is no folder trainA_seg/],
    ['an image that is none', (root) => writeFile(join(root, 'trainB', 'b0.png'), 'x'), /b0\.png: it is not a PNG/],
    ['a mask that is none', (root) => writeFile(join(root, 'trainA_seg', 'a0_1.png'), 'x'), /a0_1\.png: it is not/],
    [
      'a mask of another shape',
      (root) => solid(join(root, 'trainA_seg', 'a2_0.png'), 40, 40),
      /a2_0\.png is 40x40.*48x36/,
    ],
    ['a mask in colours', (root) => colours(join(root, 'trainA_seg', 'a2_0.png')), /a2_0\.png holds colours/],
  ];
  for (const [what, damage, message] of cases) {
    const root = await writeBoxDataset(join(t.testdir(), what));
    await damage(root);
    await t.rejects(openFolderPairs({ ...settings, root }), { name: 'UserError', message }, what);
  }
});

t.test('several errors: the first is told, the others are counted', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  for (const name of ['a0.png', 'a1.png', 'a2.png']) await writeFile(join(root, 'trainA', name), 'x');
  await t.rejects(openFolderPairs({ ...settings, root }), { message: /a0\.png.*2 more.*instagan dataset check/ });
});

t.test('with skipDamaged, images that cannot be read are left out, named and counted', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const cut = async (name: string) => {
    const file = join(root, name);
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length / 2));
  };
  await cut('trainA/a1.png');
  await cut('trainA_seg/a3_0.png');
  await writeFile(join(root, 'trainB', 'b0.png'), 'no image');
  await t.rejects(openFolderPairs({ ...settings, root, skipDamaged: false }), {
    name: 'UserError',
    message: /a3_0\.png.* --skip-damaged/,
  });
  const source = await openFolderPairs({ ...settings, root, skipDamaged: true });
  t.teardown(() => source.close());
  t.same(source.counts, { A: { images: 2, masks: 4, leftOut: 0 }, B: { images: 2, masks: 4, leftOut: 0 } });
  t.match(source.warnings, [
    /^2 images that cannot be read are left out of trainA: a1\.png, a3\.png \("instagan dataset check/,
    /^1 image that cannot be read is left out of trainB: b0\.png/,
  ]);
  t.equal(source.warnings.length, 2, 'and nothing else is said');
  const names = new Set<string>();
  for (let step = 0; step < 2; step++)
    for (const { name } of Object.values(await source.pair(step)).flat()) names.add(name);
  t.same([...names].sort(), ['a0', 'a2', 'b1', 'b2']);

  await cut('trainB/b1.png');
  await cut('trainB/b2.png');
  await t.rejects(openFolderPairs({ ...settings, root, skipDamaged: true }), {
    name: 'UserError',
    message: /^None of the images in .*trainB can be read; of the first: /,
  });
});

t.test(
  'a file damaged beyond its header stops the step that needs it, with its name, and closing still works',
  async (t) => {
    for (const workers of [0, 1]) {
      const root = await writeBoxDataset(t.testdir());
      const file = join(root, 'trainA', 'a1.png');
      const bytes = await readFile(file);
      await writeFile(file, bytes.subarray(0, bytes.length - 30));
      const source = await openFolderPairs({ ...settings, root, workers, skipDamaged: false });
      const all = Array.from({ length: source.stepsPerEpoch }, (_, step) => source.pair(step));
      const failed = (await Promise.allSettled(all)).filter((result) => result.status === 'rejected');
      t.equal(failed.length, 1, 'only the step with that image fails');
      t.match(failed[0]?.reason, {
        name: 'UserError',
        message: /a1\.png.*damaged or cut short.* --resume --skip-damaged/,
      });
      await source.close();
    }
  },
);

t.test('closing early neither hangs nor leaves anyone waiting', { timeout: 15_000 }, async (t) => {
  const root = await writeBoxDataset(t.testdir());
  for (const workers of [0, 2]) {
    const source = await openFolderPairs({ ...settings, root, workers, queueLength: 20 });
    const unread = source.pair(0).then(
      () => 'answered',
      () => 'refused',
    );
    const startedMs = performance.now();
    await source.close();
    t.ok(performance.now() - startedMs < 2_500, 'prompt');
    t.match(await unread, /answered|refused/, 'settled');
    await t.rejects(source.pair(1), /closed/);
    await source.close();
  }
});

t.test('a crop that would lose every instance is drawn again', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  for (const name of ['a0', 'a1', 'a2', 'a3']) {
    await rm(join(root, 'trainA_seg', `${name}_1.png`));
    await solid(join(root, 'trainA_seg', `${name}_0.png`), 48, 36, { left: 0, top: 0, width: 10, height: 8 });
  }
  // At four times the size, the window sees the corner in about one of twelve crops.
  const source = await openFolderPairs({ ...settings, root, workers: 0, loadScale: 4 });
  for (let step = 0; step < 10; step++) {
    for (const { masks } of (await source.pair(step)).a) t.equal(masks.length, 1, `step ${step}`);
  }
  await source.close();
});

t.test('options out of range are refused by name', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  for (const [change, message] of [
    [{ batch: 0 }, /batch/],
    [{ maxInstances: 0 }, /maxInstances/],
    [{ workers: -1 }, /workers/],
    [{ queueLength: 1.5 }, /queueLength/],
    [{ size: { height: 0, width: 8 } }, /0x8/],
    [{ loadScale: 0.5 }, /loadScale/],
  ] as const) {
    await t.rejects(openFolderPairs({ ...settings, root, ...change }), { name: 'UsageError', message });
  }
});

async function solid(file: string, width: number, height: number, object?: Region): Promise<void> {
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return !object || (x >= object.left && x < object.left + object.width && y < object.top + object.height) ? 255 : 0;
  });
  await sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(file);
}

async function colours(file: string): Promise<void> {
  const background = { r: 220, g: 20, b: 60 };
  await sharp({ create: { width: 48, height: 36, channels: 3, background } })
    .png()
    .toFile(file);
}

t.test('regions show one object large, with room around it, somewhere else in each epoch', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const source = await openFolderPairs({ ...settings, root, region: 'objects' });
  t.teardown(() => source.close());
  const size = { height: 24, width: 32 };
  const seen = new Set<string>();
  for (let step = 0; step < 6; step++) {
    for (const { name, image, masks, height, width } of (await source.pair(step)).a) {
      t.match({ height, width }, size);
      t.ok(masks.length >= 1);
      const fills = masks.map((mask) => {
        const box = boxOfMask(mask, size) as Box;
        return Math.max(box.width / width, box.height / height);
      });
      t.ok(Math.max(...fills) >= 0.35, `${name}: an object fills ${fills} of its sides`);
      // Objects are drawn white on black.
      const union = masks[0]?.map((_, i) => Math.max(...masks.map((mask) => mask[i] as number))) as Float32Array;
      const covered = union.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
      const white = union.reduce((sum, value, i) => sum + (value > 0 && (image[3 * i] as number) > 0 ? 1 : 0), 0);
      t.ok(white >= 0.95 * covered, `${name}: masks lie on their objects, ${white} of ${covered}`);
      seen.add(Buffer.from(image.buffer).toString('base64'));
    }
  }
  t.equal(seen.size, 12);
  const again = await openFolderPairs({ ...settings, root, region: 'objects', workers: 0 });
  t.teardown(() => again.close());
  t.same(bytesOf(await again.pair(3)), bytesOf(await source.pair(3)), 'and the same each time');
});
