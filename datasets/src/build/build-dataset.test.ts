import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { checkDataset } from '../folder/check-dataset.ts';
import { openAnnotations } from '../formats/format-list.ts';
import { writePicture, writeText } from '../formats/test-support.ts';
import { type BuildDatasetOptions, buildDataset } from './build-dataset.ts';

const [WIDTH, HEIGHT] = [80, 60];
const square = (left: number, top: number, side: number) => [
  [left, top, left + side, top, left + side, top + side, left, top + side],
];

/** What an image of the test's COCO file holds: label and square of each object. */
type Objects = readonly (readonly [label: string, square: readonly [number, number, number], more?: object])[];

const LABELS = ['sheep', 'cow'];

/** Writes a COCO file and its pictures; gives a function that builds from it with options of its own. */
async function builder(t: Test, images: Readonly<Record<string, Objects>>) {
  const folder = t.testdir();
  const names = Object.keys(images);
  const annotations = names.flatMap((name, image_id) =>
    (images[name] as Objects).map(([label, box, more]) => ({
      image_id,
      category_id: LABELS.indexOf(label),
      segmentation: square(...box),
      ...more,
    })),
  );
  await writeText(path.join(folder, 'c.json'), {
    images: names.map((file_name, id) => ({ id, file_name, width: WIDTH, height: HEIGHT })),
    annotations: annotations.map((annotation, id) => ({ id, ...annotation })),
    categories: LABELS.map((name, id) => ({ id, name })),
  });
  for (const name of names) if (!name.includes('missing')) await writePicture(path.join(folder, name), WIDTH, HEIGHT);
  const source = await openAnnotations(path.join(folder, 'c.json'));
  const output = path.join(folder, 'set');
  const build = (options: Partial<BuildDatasetOptions> = {}) =>
    buildDataset({
      ...{ output, source, labels: { A: ['sheep'], B: ['cow'] }, record: {}, fit: null, maxImages: null },
      ...{
        minInstances: 1,
        maxInstances: 20,
        exclusive: false,
        orientation: 'any',
        split: 'keep',
        testShare: 0,
        seed: 1,
      },
      objects: { minArea: 0.01, maxArea: 0.9, crowds: false, parts: false, repeats: false },
      ...options,
    });
  return { output, build, folder };
}

const files = (folder: string) => readdir(folder).then((names) => names.sort());

t.test(
  'two labels become two domains that pass the check; objects that are none are left out and counted',
  async (t) => {
    const { output, build } = await builder(t, {
      'a/one.jpg': [
        ['sheep', [2, 2, 10]],
        ['sheep', [30, 20, 20]],
        ['sheep', [30, 20, 20]],
        ['sheep', [60, 2, 2]],
        ['sheep', [0, 0, 50], { iscrowd: 1 }],
        ['cow', [2, 40, 12]],
      ],
      'b/one.jpg': [['cow', [10, 10, 20]]],
      'two.png': [['sheep', [0, 0, 200]]],
      'empty.png': [],
    });
    const { domains, faultCount } = await build();
    t.equal(faultCount, 0);
    t.match(domains, [
      {
        domain: 'A',
        train: { images: 1, masks: 2 },
        leftOut: { none: 1 },
        objects: { small: 1, large: 1, repeated: 1 },
      },
      { domain: 'B', train: { images: 2, masks: 2 }, leftOut: {} },
    ]);
    t.same(await files(path.join(output, 'trainA_seg')), ['a-one_0.png', 'a-one_1.png']);
    t.same(await files(path.join(output, 'trainB')), ['a-one.jpg', 'b-one.jpg']);
    t.same(await files(output), ['dataset.json', 'trainA', 'trainA_seg', 'trainB', 'trainB_seg']);
    const { faults } = await checkDataset(output);
    t.same(faults, []);
    await t.rejects(build(), { name: 'UsageError', message: /has a domain A already/ });
  },
);

t.test('an image that cannot be read, or whose outline is none, is left out with the reason', async (t) => {
  const { build } = await builder(t, {
    'good.png': [['sheep', [10, 10, 20]]],
    'missing.png': [['sheep', [10, 10, 20]]],
    'bad.png': [
      ['sheep', [10, 10, 20], { segmentation: [[1, 2, 3]] }],
      ['cow', [40, 10, 20]],
    ],
  });
  const { domains, faults, faultCount } = await build();
  t.match(domains, [
    { train: { images: 1 }, leftOut: { unreadable: 2 } },
    { train: { images: 1 }, leftOut: {} },
  ]);
  t.equal(faultCount, 2);
  t.match(faults.join('\n'), /annotation 2 of bad\.png cannot be read \(a polygon has three points or more\)/);
  t.match(faults.join('\n'), /names missing\.png, which is not in /);
});

t.test('numbers of objects, parts, sizes and labels of all kinds', async (t) => {
  const { folder, build } = await builder(t, {
    'one.png': [['sheep', [10, 10, 20]]],
    'three.png': [
      ['sheep', [0, 0, 10]],
      ['sheep', [20, 0, 10]],
      ['sheep', [40, 0, 10]],
    ],
    'parts.png': [
      ['sheep', [10, 10, 20], { segmentation: [...square(0, 0, 10), ...square(40, 30, 20)] }],
      ['cow', [20, 0, 10]],
    ],
  });
  const sheep = async (name: string, options: Partial<BuildDatasetOptions>) =>
    (await build({ output: path.join(folder, name), labels: { A: ['sheep'] }, ...options })).domains[0];
  t.match(await sheep('many', { minInstances: 2 }), { train: { images: 1, masks: 3 }, leftOut: { few: 2 } });
  t.match(await sheep('few', { maxInstances: 1 }), { train: { images: 2, masks: 2 }, leftOut: { many: 1 } });
  const objects = { minArea: 0.01, maxArea: 1, crowds: false, repeats: false };
  t.match(await sheep('parts', { objects: { ...objects, parts: true } }), { train: { images: 3, masks: 6 } });
  t.match(await sheep('any', { labels: { A: ['*'] } }), { train: { images: 3, masks: 6 } });
  t.match(await sheep('upright', { orientation: 'portrait' }).catch((error) => error), { message: /3 turned/ });
  t.match(await sheep('alone', { labels: { A: ['sheep'], B: ['cow'] }, exclusive: true }).catch((error) => error), {
    message: /no image for domain B \(cow\), as all are left out \(1 both\)/,
  });
  await sheep('small', { fit: { name: 'crop', size: { height: 40, width: 40 } } });
  const { domains, faults } = await checkDataset(path.join(folder, 'small'));
  t.match(domains[0], { height: { min: 40, max: 40 }, width: { min: 40, max: 40 } });
  t.same(
    faults.filter(({ file }) => file.includes('A')),
    [],
  );
});

t.test('the seed decides which images and which of them test, and the same seed decides the same', async (t) => {
  const images = Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [`n${i}.png`, [['sheep', [10, 10, 20]]]] as [string, Objects]),
  );
  const { folder, build } = await builder(t, images);
  const drawn = async (name: string, seed: number) => {
    const output = path.join(folder, name);
    await build({ output, labels: { A: ['sheep'] }, maxImages: 8, testShare: 0.25, seed });
    return [await files(path.join(output, 'trainA')), await files(path.join(output, 'testA'))] as const;
  };
  const [first, again, other] = [await drawn('first', 1), await drawn('again', 1), await drawn('other', 2)];
  t.same(
    first.map(({ length }) => length),
    [6, 2],
  );
  t.same(again, first);
  t.notSame(other, first);
});

t.test('a second build adds the other domain; what was not built is never touched', async (t) => {
  const { output, build, folder } = await builder(t, {
    'a.png': [
      ['sheep', [10, 10, 20]],
      ['cow', [40, 10, 15]],
    ],
  });
  await build({ labels: { A: ['sheep'] } });
  await build({ labels: { B: ['cow'] } });
  t.same((await checkDataset(output)).faults, []);
  const record = JSON.parse(await readFile(path.join(output, 'dataset.json'), 'utf8'));
  t.match(record, { builtBy: 'instagan dataset', domains: { A: { labels: ['sheep'] }, B: { labels: ['cow'] } } });
  await writeText(path.join(folder, 'mine/notes.txt'), 'mine');
  await t.rejects(build({ output: path.join(folder, 'mine') }), {
    name: 'UsageError',
    message: /not empty \(it holds notes\.txt\)/,
  });
  t.same(await files(path.join(folder, 'mine')), ['notes.txt']);
  await t.rejects(build({ output: path.join(folder, 'new'), labels: { A: ['goat'] } }), {
    name: 'UsageError',
    message: /has no label goat: choose one of those it has \(sheep, cow\)/,
  });
});

t.test('what is aborted leaves nothing behind', async (t) => {
  const { output, build } = await builder(t, {
    'a.png': [
      ['sheep', [10, 10, 20]],
      ['cow', [40, 10, 15]],
    ],
  });
  await t.rejects(build({ signal: AbortSignal.abort(new Error('stopped')) }), { message: 'stopped' });
  t.same(await files(output), []);
});

t.test('a label that no image has is answered with those that images have', async (t) => {
  const { build } = await builder(t, { 'one.png': [['sheep', [10, 10, 20]]] });
  await t.rejects(build(), {
    name: 'UserError',
    message: /no image for domain B \(cow\), as no image has such an object \(images have sheep\): choose other labels/,
  });
});
