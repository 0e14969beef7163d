import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import t, { type Test } from 'tap';
import { writeMask } from '../images/write-image.ts';
import { height, width, writeBoxDataset } from './box-dataset.test-fixture.ts';
import { type CheckDatasetOptions, checkDataset } from './check-dataset.ts';

/** Faults as `severity code file`, after the dataset was damaged. */
async function faultsAfter(
  t: Test,
  damage: (root: string) => Promise<unknown>,
  options: CheckDatasetOptions = {},
): Promise<{ lines: string[]; messages: string[] }> {
  const root = await writeBoxDataset(t.testdir());
  await damage(root);
  const { faults, errors, warnings } = await checkDataset(root, options);
  t.equal(errors + warnings, faults.length, 'every fault is counted');
  t.ok(
    faults.every(({ message, file }) => message.includes(file.split('/').at(-1) as string) && message.length > 30),
    'every message names the file',
  );
  return {
    lines: faults.map(({ severity, code, file }) => `${severity} ${code} ${file}`),
    messages: faults.map(({ message }) => message),
  };
}

async function mask(file: string, object: (x: number, y: number) => boolean, size = { width, height }): Promise<void> {
  const data = Uint8Array.from({ length: size.width * size.height }, (_, i) =>
    object(i % size.width, Math.floor(i / size.width)) ? 255 : 0,
  );
  await writeMask(file, { ...size, data });
}

t.test('a good set has no fault, and its figures are right', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const report = await checkDataset(root);
  t.same(report.faults, []);
  t.match(report, { root, errors: 0, warnings: 0 });
  t.same(report.domains[0], {
    split: 'train',
    domain: 'A',
    folder: 'trainA',
    images: 4,
    masks: 8,
    empty: 0,
    instancesPerImage: [{ instances: 2, images: 4 }],
    width: { min: 48, max: 48 },
    height: { min: 36, max: 36 },
  });
  t.same(
    report.domains.map(({ folder }) => folder),
    ['trainA', 'trainB', 'testA', 'testB'],
  );
});

t.test('litter of file managers is no fault', async (t) => {
  const { lines } = await faultsAfter(t, async (root) => {
    for (const name of ['.DS_Store', '._a0.png', 'Thumbs.db']) await writeFile(join(root, 'trainA', name), 'x');
  });
  t.same(lines, []);
});

t.test('one fault at a time: each is found, with its severity and file, and nothing else is', async (t) => {
  const seg = (root: string, name: string) => join(root, 'trainA_seg', name);
  const gone =
    (...path: string[]) =>
    (root: string) =>
      rm(join(root, ...path), { recursive: true });
  const cases: [string, (root: string) => Promise<unknown>, string[], CheckDatasetOptions?][] = [
    [
      'training folder missing',
      gone('trainB'),
      [
        'error missing-folder trainB',
        ...['b0_0', 'b0_1', 'b1_0', 'b1_1', 'b2_0', 'b2_1'].map(
          (n) => `warning mask-without-image trainB_seg/${n}.png`,
        ),
      ],
    ],
    ['mask folder missing', gone('trainA_seg'), ['error missing-folder trainA_seg']],
    ['test masks missing', gone('testA_seg'), ['warning missing-folder testA_seg']],
    [
      'no image',
      async (root) => {
        await gone('trainB')(root);
        await gone('trainB_seg')(root);
        await mkdir(join(root, 'trainB'));
      },
      ['error no-images trainB'],
    ],
    [
      'no mask matches',
      async (root) => {
        await gone('trainA_seg')(root);
        await mkdir(join(root, 'trainA_seg'));
      },
      [
        'error no-masks trainA_seg',
        ...['a0', 'a1', 'a2', 'a3'].map((n) => `warning image-without-mask trainA/${n}.png`),
      ],
    ],
    ['another format', (root) => writeFile(join(root, 'trainA', 'a.bmp'), 'x'), ['warning other-file trainA/a.bmp']],
    ['a folder within', (root) => mkdir(join(root, 'trainA', 'more.png')), ['warning other-file trainA/more.png']],
    [
      'two images of one name',
      (root) =>
        sharp({ create: { width, height, channels: 3, background: '#456' } })
          .jpeg()
          .toFile(join(root, 'trainA', 'a1.jpg'))
          .then(() => {}),
      ['error duplicate-name trainA/a1.png'],
    ],
    [
      'image without mask',
      async (root) => {
        await rm(seg(root, 'a0_0.png'));
        await rm(seg(root, 'a0_1.png'));
      },
      ['warning image-without-mask trainA/a0.png'],
    ],
    [
      'mask without image',
      gone('trainA', 'a0.png'),
      ['warning mask-without-image trainA_seg/a0_0.png', 'warning mask-without-image trainA_seg/a0_1.png'],
    ],
    [
      'mask without number',
      (root) => rename(seg(root, 'a0_1.png'), seg(root, 'a0.png')),
      ['warning mask-name trainA_seg/a0.png'],
    ],
    [
      'gap in the numbers',
      (root) => rename(seg(root, 'a0_1.png'), seg(root, 'a0_3.png')),
      ['warning mask-numbering trainA/a0.png'],
    ],
    [
      'two masks of one number',
      (root) => rename(seg(root, 'a0_0.png'), seg(root, 'a0_01.png')),
      ['error duplicate-mask trainA_seg/a0_1.png', 'warning mask-numbering trainA/a0.png'],
    ],
    [
      'too many instances',
      async () => {},
      [
        ...['a0', 'a1', 'a2', 'a3'].map((n) => `warning too-many-instances trainA/${n}.png`),
        ...['b0', 'b1', 'b2'].map((n) => `warning too-many-instances trainB/${n}.png`),
        'warning too-many-instances testA/t0.png',
        'warning too-many-instances testB/u0.png',
      ],
      { maxInstances: 1 },
    ],
    ['image is none', (root) => writeFile(join(root, 'trainA', 'a0.png'), 'text'), ['error unreadable trainA/a0.png']],
    ['image is empty', (root) => writeFile(join(root, 'trainA', 'a0.png'), ''), ['error unreadable trainA/a0.png']],
    [
      'image is cut short',
      async (root) => {
        const file = join(root, 'trainA', 'a2.png');
        const bytes = await readFile(file);
        await writeFile(file, bytes.subarray(0, bytes.length - 30));
      },
      ['error unreadable trainA/a2.png'],
    ],
    [
      'mask is cut short',
      async (root) => {
        const bytes = await readFile(seg(root, 'a2_1.png'));
        await writeFile(seg(root, 'a2_1.png'), bytes.subarray(0, bytes.length - 30));
      },
      ['error unreadable trainA_seg/a2_1.png'],
    ],
    [
      'mask of another shape',
      (root) => mask(seg(root, 'a0_0.png'), (x) => x < 9, { width: 40, height: 40 }),
      ['error mask-aspect trainA_seg/a0_0.png'],
    ],
    [
      'mask of another size',
      (root) => mask(seg(root, 'a0_0.png'), (x) => x < 9, { width: 96, height: 72 }),
      ['warning mask-size trainA_seg/a0_0.png'],
    ],
    [
      'mask in colours',
      (root) =>
        sharp({ create: { width, height, channels: 3, background: '#c04020' } })
          .png()
          .toFile(seg(root, 'a0_0.png')),
      ['error mask-colour trainA_seg/a0_0.png'],
    ],
    [
      'mask with values between',
      (root) => {
        const data = Uint8Array.from({ length: width * height }, (_, i) => (i < 90 ? 255 : i < 100 ? 130 : 0));
        return sharp(data, { raw: { width, height, channels: 1 } })
          .toColourspace('b-w')
          .png()
          .toFile(seg(root, 'a0_0.png'));
      },
      ['warning mask-grey trainA_seg/a0_0.png'],
    ],
    ['empty mask', (root) => mask(seg(root, 'a0_0.png'), () => false), ['warning mask-empty trainA_seg/a0_0.png']],
    ['full mask', (root) => mask(seg(root, 'a0_0.png'), () => true), ['warning mask-full trainA_seg/a0_0.png']],
    [
      'identical masks',
      async (root) => writeFile(seg(root, 'a0_2.png'), await readFile(seg(root, 'a0_0.png'))),
      ['warning mask-identical trainA_seg/a0_2.png'],
    ],
    [
      'overlapping masks',
      async (root) => {
        await mask(seg(root, 'a0_0.png'), (x, y) => x < 20 && y < 20);
        await mask(seg(root, 'a0_1.png'), (x, y) => x < 19 && y < 20);
      },
      ['warning mask-overlap trainA_seg/a0_1.png'],
    ],
    [
      'masks that share a little',
      async (root) => {
        await mask(seg(root, 'a0_0.png'), (x, y) => x < 20 && y < 20);
        await mask(seg(root, 'a0_1.png'), (x, y) => x >= 10 && x < 30 && y < 20);
      },
      [],
    ],
    [
      'grey image',
      (root) => {
        const file = join(root, 'trainA', 'a0.png');
        return sharp(new Uint8Array(width * height), { raw: { width, height, channels: 1 } })
          .toColourspace('b-w')
          .png()
          .toFile(file);
      },
      ['warning image-converted trainA/a0.png'],
    ],
    [
      'image with transparency',
      (root) =>
        sharp({ create: { width, height, channels: 4, background: '#45645680' } })
          .png()
          .toFile(join(root, 'trainA', 'a0.png')),
      ['warning image-converted trainA/a0.png'],
    ],
    [
      'tiny image',
      async (root) => {
        const box = { width: 24, height: 18 };
        await sharp({ create: { ...box, channels: 3, background: '#234' } })
          .png()
          .toFile(join(root, 'trainA', 'a0.png'));
        await mask(seg(root, 'a0_0.png'), (x) => x < 9, box);
        await mask(seg(root, 'a0_1.png'), (x) => x > 9, box);
      },
      ['warning image-tiny trainA/a0.png'],
    ],
  ];
  for (const [what, damage, expected, options] of cases) {
    const { lines } = await faultsAfter(t, damage, options);
    t.same(lines, expected, what);
  }
});

t.test('an image whose only mask is all background holds no object, which is no fault', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  await mask(join(root, 'trainA_seg', 'a0_0.png'), () => false);
  await rm(join(root, 'trainA_seg', 'a0_1.png'));
  const report = await checkDataset(root);
  t.same(report.faults, []);
  const instancesPerImage = [
    { instances: 0, images: 1 },
    { instances: 2, images: 3 },
  ];
  t.match(report.domains[0], { images: 4, masks: 7, empty: 1, instancesPerImage });
});

t.test('a phone photo lying on its side is measured upright, so masks drawn upright fit', async (t) => {
  const { lines } = await faultsAfter(t, async (root) => {
    const lying = sharp({ create: { width: height, height: width, channels: 3, background: '#234' } });
    await rm(join(root, 'trainA', 'a0.png'));
    await lying
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toFile(join(root, 'trainA', 'a0.jpg'));
  });
  t.same(lines, []);
  const turned = await faultsAfter(t, (root) =>
    mask(join(root, 'trainA_seg', 'a0_0.png'), (x) => x < 5, { width: height, height: width }),
  );
  t.match(turned.messages[0], /36x48.*48x36.*turned/, 'a mask lying on its side is told as such');
});

t.test('names that end like masks are told apart, and masks may have any number', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const seg = join(root, 'trainA_seg');
  await rename(join(root, 'trainA', 'a1.png'), join(root, 'trainA', 'a0_1.png'));
  await rename(join(seg, 'a1_0.png'), join(seg, 'a0_1_0.png'));
  await rename(join(seg, 'a1_1.png'), join(seg, 'a0_1_1.png'));
  for (let n = 2; n <= 11; n++)
    await mask(join(seg, `a2_${n}.png`), (x, y) => x >= 4 * (n - 2) && x < 4 * (n - 1) && y < 3);
  const report = await checkDataset(root);
  t.same(report.faults, []);
  t.same(report.domains[0]?.instancesPerImage, [
    { instances: 2, images: 3 },
    { instances: 12, images: 1 },
  ]);
});

t.test('a folder that is not there is refused by name', async (t) => {
  await t.rejects(checkDataset(join(t.testdir(), 'nothing')), { name: 'UserError', message: /no folder .*nothing/ });
});

t.test('a training set without any object is an error: nothing can be learned from it', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const before = await checkDataset(root);
  t.equal(before.errors, 0);
  for (const file of await readdir(join(root, 'trainB_seg'))) await mask(join(root, 'trainB_seg', file), () => false);
  const { faults } = await checkDataset(root);
  const errors = faults.filter(({ severity }) => severity === 'error');
  t.match(errors, [{ code: 'no-objects', file: 'trainB', message: /trainB has no object to learn from/ }]);
  t.equal(errors.length, 1);
});
