import t from 'tap';
import type { OverviewWants } from '../state/panel.ts';
import { overviewAreas } from './layout.ts';

const area = (columns: number, rows: number) => ({ column: 0, row: 3, columns, rows });
const item = (id: string, rows: number, wants: Omit<OverviewWants, 'column'> & Partial<OverviewWants>) => ({
  id,
  wants: { column: 'right', ...wants } as OverviewWants,
  rows: () => rows,
});
const curves = item('curves', 7, { column: 'left', importance: 3, minRows: 7, fills: true });
const samples = (rows: number) => item('samples', rows, { importance: 2, minRows: 5, maxShare: 0.5, widthShare: 0.4 });
const events = item('events', 5, { importance: 1, minRows: 5, spareRows: 6, fills: true, widthShare: 0.3 });

/** `id columns x rows + column + row` of each panel. */
function placed(columns: number, rows: number, items: readonly ReturnType<typeof item>[]): string[] {
  return [...overviewAreas(area(columns, rows), items)].map(
    ([{ id }, a]) => `${id} ${a.columns}x${a.rows} at ${a.column},${a.row}`,
  );
}

t.test('in one column the most important panel fills, and the others get what they want or nothing', async (t) => {
  t.same(placed(80, 40, [curves, samples(10), events]), [
    'curves 80x25 at 0,3',
    'samples 80x10 at 0,28',
    'events 80x5 at 0,38',
  ]);
  t.same(placed(80, 27, [curves, samples(10), events]), ['curves 80x17 at 0,3', 'samples 80x10 at 0,20'], 'spare rows');
  t.same(placed(80, 11, [curves, samples(10), events]), ['curves 80x11 at 0,3'], 'too few for anything else');
  t.same(placed(80, 3, [curves, samples(10), events]), ['curves 80x3 at 0,3']);
  t.same(placed(80, 40, [curves, samples(0), events]), ['curves 80x35 at 0,3', 'events 80x5 at 0,38']);
});

t.test('a panel takes no more than its share of a column that a more important one fills', async (t) => {
  t.same(placed(80, 40, [curves, samples(100), events]), [
    'curves 80x15 at 0,3',
    'samples 80x20 at 0,18',
    'events 80x5 at 0,38',
  ]);
  t.same(placed(130, 40, [curves, samples(100), events]), [
    'curves 78x40 at 0,3',
    'samples 50x35 at 80,3',
    'events 50x5 at 80,38',
  ]);
});

t.test('a wide screen has two columns; the share of the right one depends on what is in it', async (t) => {
  t.same(placed(130, 30, [curves, samples(10), events]), [
    'curves 78x30 at 0,3',
    'samples 50x10 at 80,3',
    'events 50x20 at 80,13',
  ]);
  t.same(placed(130, 30, [curves, samples(0), events]), ['curves 91x30 at 0,3', 'events 37x30 at 93,3']);
  t.same(placed(130, 10, [curves, samples(10), events]), ['curves 78x10 at 0,3', 'samples 50x10 at 80,3']);
});

t.test('the areas cover each column without gap or overlap, at every size', async (t) => {
  for (let columns = 40; columns <= 240; columns += 7) {
    for (let rows = 1; rows <= 80; rows++) {
      for (const wanted of [0, 1, 8, 30, 200]) {
        const areas = [...overviewAreas(area(columns, rows), [curves, samples(wanted), events]).values()];
        for (const column of new Set(areas.map((a) => a.column))) {
          let row = 3;
          for (const each of areas.filter((a) => a.column === column)) {
            if (each.row !== row || each.rows < 1) t.fail(`a gap at ${columns}x${rows} with ${wanted}`);
            row += each.rows;
          }
          if (row !== 3 + rows) t.fail(`${row - 3} rows of ${rows} at ${columns} columns with ${wanted}`);
        }
      }
    }
  }
  t.pass();
});
