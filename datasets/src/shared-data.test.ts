/** The real sets that lie beside a developer's checkout; skipped where they do not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { checkDataset } from './folder/check-dataset.ts';
import { openFolderPairs } from './pairs/folder-pairs.ts';

const shared = process.env.INSTAGAN_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const root = join(shared, 'data', 'elephant-bear');
const skip = existsSync(root) ? false : `${root} is not there: set INSTAGAN_SHARED to the folder of shared data`;

t.test('real photos with drawn masks pass the check with the figures of their own list', { skip }, async (t) => {
  const { faults, domains } = await checkDataset(root);
  t.same(faults, []);
  t.same(
    domains.map(({ folder, images, masks }) => [folder, images, masks]),
    [
      ['trainA', 120, 258],
      ['trainB', 118, 165],
      ['testA', 25, 60],
      ['testB', 24, 31],
    ],
  );
});

t.test('an epoch of real photos shows every elephant once, each with its largest instances', { skip }, async (t) => {
  const options = { root, size: { height: 64, width: 64 }, batch: 4, seed: 1, maxInstances: 4, needMasks: true };
  const source = await openFolderPairs(options);
  t.equal(source.stepsPerEpoch, 30);
  t.same(source.warnings, []);
  const names: string[] = [];
  for (let step = 0; step < source.stepsPerEpoch; step++) {
    for (const { name, masks } of (await source.pair(step)).a) {
      names.push(name);
      const areas = masks.map((mask) => mask.filter((value) => value > 0).length);
      t.ok(areas.length >= 1 && areas.length <= 4, `${name}: ${areas}`);
      t.same(
        areas,
        [...areas].sort((one, other) => other - one),
      );
    }
  }
  t.equal(new Set(names).size, 120);
  await source.close();
});
