import type { Area, OverviewWants } from '../state/panel.ts';

/** A panel as the layout sees it. */
export interface LayoutItem {
  readonly wants: OverviewWants;
  /** Rows that it can fill at a width; 0 leaves it out. */
  readonly rows: (columns: number) => number;
}

/** From this width on, the overview has two columns. */
const WIDE_COLUMNS = 120;
const COLUMN_GAP = 2;

/** The areas of the panels of the overview, in one column or two; a panel that finds no room has none. */
export function overviewAreas<Item extends LayoutItem>(area: Area, items: readonly Item[]): Map<Item, Area> {
  const shown = items.filter((item) => item.rows(area.columns) > 0);
  if (area.columns < WIDE_COLUMNS) return stack(area, shown);
  const inColumn = (column: 'left' | 'right') => shown.filter(({ wants }) => wants.column === column);
  const share = Math.max(...inColumn('right').map(({ wants }) => wants.widthShare ?? 0), 0);
  const columns = Math.floor(area.columns * (1 - share));
  const column = area.column + columns + COLUMN_GAP;
  const right = { ...area, column, columns: area.columns - columns - COLUMN_GAP };
  return new Map([...stack({ ...area, columns }, inColumn('left')), ...stack(right, inColumn('right'))]);
}

/** Panels one below the other: rows go to the more important ones first, and what is left to the one that fills. */
function stack<Item extends LayoutItem>(area: Area, items: readonly Item[]): Map<Item, Area> {
  const byImportance = items.toSorted((a, b) => b.wants.importance - a.wants.importance);
  const filler = byImportance.find(({ wants }) => wants.fills);
  const { minRows = 0, spareRows = 0, importance = 0 } = filler?.wants ?? {};
  if (filler !== undefined && filler !== byImportance[0] && area.rows < minRows + spareRows) {
    return stack(
      area,
      items.filter((item) => item !== filler),
    );
  }
  const given = new Map<Item, number>();
  let left = area.rows - minRows;
  for (const item of byImportance) {
    if (item === filler) continue;
    const { wants } = item;
    const isBelowFiller = filler !== undefined && importance > wants.importance;
    const share = isBelowFiller ? Math.floor(area.rows * (wants.maxShare ?? 1)) : area.rows;
    const maxRows = Math.min(left - (wants.spareRows ?? 0), share);
    if (maxRows < wants.minRows) continue;
    const rows = Math.min(item.rows(area.columns), maxRows);
    given.set(item, rows);
    left -= rows;
  }
  const last = filler ?? items.findLast((item) => given.has(item)) ?? byImportance[0];
  if (last !== undefined) given.set(last, (given.get(last) ?? 0) + left + minRows);
  const areas = new Map<Item, Area>();
  let row = area.row;
  for (const item of items) {
    const rows = given.get(item) ?? 0;
    if (rows > 0) areas.set(item, { ...area, row, rows });
    row += rows;
  }
  return areas;
}
