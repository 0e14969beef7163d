import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checkDataset, writeImage } from '@instagan/datasets';
import t from 'tap';
import { annotationLocation } from './annotation-location.ts';
import { dataFolder } from './data-folder.ts';
import { areaBins, instanceBins } from './dataset-stats.ts';

t.test('a text names annotations by their format or their ending; everything else is a folder', async (t) => {
  t.same(annotationLocation('coco:a/c.json?images=b/c&a=sheep'), {
    format: 'coco',
    path: 'a/c.json',
    settings: { images: 'b/c', a: 'sheep' },
  });
  t.same(annotationLocation('c.json?a=wild+boar,cow'), { path: 'c.json', settings: { a: 'wild boar,cow' } });
  t.same(annotationLocation('data.yaml'), { path: 'data.yaml', settings: {} });
  for (const folder of ['meadow', 'C:\\photos', './coco:x', 'what?', 'zip:photos'])
    t.equal(annotationLocation(folder), null);
});

t.test('--data builds a dataset from annotations once, and anew when they change', async (t) => {
  const folder = t.testdir();
  process.env.INSTAGAN_CACHE = path.join(folder, 'cache');
  const file = path.join(folder, 'c.json');
  const write = (names: readonly string[]) => {
    const annotations = names.flatMap((_, image_id) =>
      [0, 40].map((x, i) => ({
        ...{ id: 2 * image_id + i, image_id, category_id: i },
        segmentation: [[x, 10, x + 16, 10, x + 16, 30, x, 30]],
      })),
    );
    const images = names.map((file_name, id) => ({ id, file_name, width: 64, height: 48 }));
    const categories = ['sheep', 'goat'].map((name, id) => ({ id, name }));
    return writeFile(file, JSON.stringify({ images, annotations, categories }));
  };
  for (const name of ['one.png', 'two.png']) {
    const data = new Uint8Array(64 * 48 * 3).fill(90);
    await writeImage(path.join(folder, name), { width: 64, height: 48, data });
  }
  await write(['one.png']);
  const said: string[] = [];
  const data = `coco:${file}?a=sheep&b=goat&size=32x32&fit=crop&test-share=0`;
  const built = await dataFolder(data, (text) => said.push(text));
  const { faults, domains } = await checkDataset(built);
  t.same(faults, []);
  t.match(domains, [{ images: 1, height: { max: 32 } }, { images: 1 }]);
  t.equal(await dataFolder(data, (text) => said.push(text)), built);
  await write(['one.png', 'two.png']);
  const again = await dataFolder(data, (text) => said.push(text));
  t.not(again, built);
  t.match((await checkDataset(again)).domains, [{ images: 2 }, { images: 2 }]);
  t.match(said, [/was built into/, /was built earlier/, /was built into/]);
  t.equal(await dataFolder('meadow', () => t.fail('nothing is built')), 'meadow');
  await t.rejects(
    dataFolder(`coco:${file}?a=sheep&sise=3`, () => {}),
    {
      name: 'UsageError',
      message: /c\.json: there is no setting sise;/,
    },
  );
  await t.rejects(
    dataFolder(`coco:${file}`, () => {}),
    { name: 'UsageError', message: /give --a, --b or both/ },
  );
});

t.test('histograms: a bar for each number of objects, and for areas of each order', async (t) => {
  t.same(instanceBins([1, 1, 3]), [
    { name: '1', count: 2 },
    { name: '2', count: 0 },
    { name: '3', count: 1 },
  ]);
  t.same(instanceBins([0, 12, 10]).at(-1), { name: '10 or more', count: 2 });
  t.same(instanceBins([0, 12]).at(0), { name: '0', count: 1 });
  const bins = areaBins([0.0005, 0.001, 0.2, 0.3, 1]);
  t.same(
    bins.map(({ count }) => count),
    [1, 1, 0, 0, 0, 1, 2],
  );
  t.match(bins[0], { name: 'under 0.1 %' });
});
