import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { cachedTimes } from './tile-cache.ts';
import {
  MATRIX_TILE_SHAPES,
  MIN_TILE_SHAPE,
  matrixWorkgroupOf,
  TILE_SHAPES,
  tileName,
  usualTileShape,
  workgroupOf,
} from './tile-shape.ts';
import { rankedTile, rankingOf } from './tile-tuning.ts';

const NAMES = TILE_SHAPES.map(tileName);
/** Times at four layers, at which the tiles of these indices are the fastest. */
const timesWithBest = (indices: readonly number[]) =>
  indices.map((best) => Object.fromEntries(NAMES.map((name, i) => [name, i === best ? 1 : 2 + i])));
const TIMES = {
  forward: timesWithBest([0, 1, 2, 3]),
  inputGradient: timesWithBest([1, 1, 1, 1]),
  filterGradient: timesWithBest([2, 2, 2, 2]),
};
const RANKING = rankingOf(TIMES);

t.test('the tile of the layer most like a product is taken: users get the speed that was measured', (t) => {
  const size = (rows: number, columns: number, depth: number) =>
    rankedTile(RANKING, TILE_SHAPES, { kind: 'forward', rows, columns, depth });
  t.equal(size(2 * 50 * 50, 256, 2304), TILE_SHAPES[0]);
  t.equal(size(2 * 100 * 100, 128, 1152), TILE_SHAPES[1]);
  t.equal(size(2 * 32 * 32, 64, 576), TILE_SHAPES[3]);
  const small = { kind: 'forward', rows: 2 * 50 * 50, columns: 256, depth: 2304 } as const;
  const rest = TILE_SHAPES.slice(1);
  t.equal(rankedTile(RANKING, rest, small), usualTileShape(small, rest), 'a device that cannot run the best');
  t.end();
});

t.test('without a measurement, tiles are as large as keeps a GPU busy, and narrow for few channels', (t) => {
  t.equal(usualTileShape({ rows: 80000, columns: 128 }, TILE_SHAPES), TILE_SHAPES[0]);
  t.equal(usualTileShape({ rows: 80000, columns: 64 }, TILE_SHAPES).columns, 64);
  t.equal(usualTileShape({ rows: 80000, columns: 3 }, TILE_SHAPES).columns, 4);
  t.ok(usualTileShape({ rows: 512, columns: 64 }, TILE_SHAPES).rows <= 32);
  t.equal(usualTileShape({ rows: 1, columns: 1 }, [MIN_TILE_SHAPE]), MIN_TILE_SHAPE);
  t.end();
});

t.test('tiles have names of their own, and none takes more than GPUs grant', (t) => {
  const all = [...TILE_SHAPES, ...MATRIX_TILE_SHAPES];
  t.equal(new Set(all.map(tileName)).size, all.length);
  const unit = { rows: 16, columns: 16, depth: 16, subgroupSize: 32 };
  for (const { threads, sharedBytes } of [
    ...TILE_SHAPES.map((tile) => workgroupOf(tile, 4)),
    ...MATRIX_TILE_SHAPES.map((tile) => matrixWorkgroupOf(tile, unit)),
  ]) {
    t.ok(threads <= 256, `${threads} invocations`);
    t.ok(sharedBytes <= 48 * 1024, `${sharedBytes} bytes`);
  }
  t.end();
});

t.test('a GPU is measured once: users wait for it at the first start only', async (t) => {
  const folder = t.testdir();
  const before = process.env.INSTAGAN_CACHE;
  process.env.INSTAGAN_CACHE = folder;
  t.teardown(() => {
    if (before === undefined) delete process.env.INSTAGAN_CACHE;
    else process.env.INSTAGAN_CACHE = before;
  });
  let measured = 0;
  const measure = async () => {
    measured++;
    return TIMES;
  };
  t.same(await cachedTimes(['GPU', 'driver 1'], measure), TIMES);
  t.same(await cachedTimes(['GPU', 'driver 1'], measure), TIMES);
  t.equal(measured, 1, 'the second start reads what the first has found');
  await cachedTimes(['GPU', 'driver 2'], measure);
  t.equal(measured, 2, 'another driver is measured anew');
  for (const name of readdirSync(folder)) writeFileSync(path.join(folder, name), 'broken');
  t.same(await cachedTimes(['GPU', 'driver 1'], measure), TIMES);
  t.equal(measured, 3, 'a broken file is measured anew');
  process.env.INSTAGAN_CACHE = path.join(folder, readdirSync(folder)[0]!, 'no folder');
  t.same(await cachedTimes(['GPU', 'driver 1'], measure), TIMES, 'a cache that cannot be written is no obstacle');
});
