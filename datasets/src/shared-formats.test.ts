/** The real files of each annotation format that lie beside a developer's checkout; skipped where they do not. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { buildDataset } from './build/build-dataset.ts';
import { checkDataset } from './folder/check-dataset.ts';
import { decodeRunString, fillRuns } from './formats/coco-rle.ts';
import { openAnnotations } from './formats/format-list.ts';
import { readJson } from './formats/source-files.ts';

const shared = process.env.INSTAGAN_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const root = path.join(shared, 'data', 'formats');
const skip = existsSync(root) ? false : `${root} is not there: set INSTAGAN_SHARED to the folder of shared data`;

/** Annotations, labels of A and B, and images and masks of each that come out. */
const SETS = [
  ['coco/instances_mini.json', 'sheep', 'cow', [1, 5], [1, 1]],
  ['coco-fruits-nuts/trainval_2.json', 'date', 'fig', [2, 10], [2, 5]],
  ['labelme/data_annotated', 'person', 'sofa', [2, 6], [1, 1]],
  ['labelme/video', 'car', 'track', [5, 5], [5, 10]],
  ['voc', 'person', 'sofa', [2, 6], [1, 1]],
  ['yolo-seg', 'cat', null, [3, 10], null],
  ['via/via_region_data.json', 'dog', 'cat', [3, 9], [2, 2]],
  ['ccp-mat', 'hair', 'skin', [1, 1], [1, 1]],
] as const;

for (const [name, a, b, ofA, ofB] of SETS) {
  t.test(`a dataset built from ${name} passes the check`, { skip }, async (t) => {
    const output = path.join(t.testdir(), 'set');
    const { domains, faults } = await buildDataset({
      ...{ output, source: await openAnnotations(path.join(root, name)), record: {}, fit: null, maxImages: null },
      ...{
        minInstances: 1,
        maxInstances: 20,
        exclusive: false,
        orientation: 'any',
        split: 'draw',
        testShare: 0,
        seed: 1,
      },
      labels: b === null ? { A: [a] } : { A: [a], B: [b] },
      objects: { minArea: 0.001, maxArea: 1, crowds: false, parts: false, repeats: false },
    });
    t.same(faults, []);
    t.same(
      domains.map(({ train }) => [train.images, train.masks]),
      ofB === null ? [ofA] : [ofA, ofB],
    );
    const found = (await checkDataset(output)).faults;
    t.same(b === null ? found.filter(({ file }) => !file.startsWith('trainB')) : found, []);
  });
}

t.test('compressed run lengths of a real file fill their images', { skip }, async (t) => {
  const file = path.join(root, 'coco', 'compressed_rle_results_sample.json');
  const results = (await readJson(file, 'results')) as { segmentation: { size: [number, number]; counts: string } }[];
  t.equal(results.length, 20);
  for (const { segmentation } of results) {
    const [height, width] = segmentation.size;
    const mask = new Uint8Array(width * height);
    fillRuns(mask, width, height, decodeRunString(segmentation.counts));
    const share = mask.reduce((sum, value) => sum + value / 255, 0) / mask.length;
    t.ok(share > 0.0001 && share < 1, `${share}`);
  }
});
