import type { View } from './dashboard-state.ts';

/** An area of the screen, in characters from 0. */
export interface Area {
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
}

/** What lies where; an area that finds no room is null. */
export interface Layout {
  readonly columns: number;
  readonly rows: number;
  readonly header: Area;
  readonly alarms: Area | null;
  readonly status: Area | null;
  readonly charts: readonly Area[];
  readonly samples: Area | null;
  readonly events: Area | null;
  readonly runs: Area | null;
  readonly keys: Area;
}

export interface LayoutNeeds {
  readonly view: View;
  readonly alarmLines: number;
  /** Lines of the status at a width. */
  readonly statusLines: (columns: number) => number;
  readonly hasSamples: boolean;
  /** Height by width of the samples, in characters, with what is written over them. */
  readonly sampleRowsFor: (columns: number) => number;
  readonly keyLines: number;
}

export const MIN_COLUMNS = 40;
export const MIN_ROWS = 12;
/** From this width on, curves and pictures are beside each other. */
const WIDE_COLUMNS = 120;
const MIN_CHART_ROWS = 7;
const EVENT_ROWS = 5;
/** Of one column of panels, pictures take no more than this. */
const SAMPLE_SHARE = 0.55;

/** Lays out a screen: one column of panels, or two where it is wide. */
export function layoutFor(columns: number, rows: number, needs: LayoutNeeds): Layout {
  const { view } = needs;
  const header: Area = { column: 0, row: 0, columns, rows: 1 };
  const keys: Area = { column: 0, row: rows - needs.keyLines, columns, rows: needs.keyLines };
  let top = 1;
  const take = (count: number): Area => {
    const area = { column: 0, row: top, columns, rows: count };
    top += count;
    return area;
  };
  const alarms = needs.alarmLines > 0 ? take(needs.alarmLines) : null;
  const bottom = keys.row;
  const none = { alarms, status: null, charts: [], samples: null, events: null, runs: null };
  const rest = (): Area => ({ column: 0, row: top, columns, rows: Math.max(0, bottom - top) });
  if (view === 'runs') return { ...none, columns, rows, header, keys, runs: rest() };
  if (view === 'events') return { ...none, columns, rows, header, keys, events: rest() };
  const status = take(needs.statusLines(columns));
  if (view === 'samples') return { ...none, columns, rows, header, keys, status, samples: rest() };
  if (view === 'curves') return { ...none, columns, rows, header, keys, status, charts: [rest()] };
  const body = overview(rest(), needs);
  return { ...none, columns, rows, header, keys, status, ...body };
}

function overview(area: Area, needs: LayoutNeeds): Pick<Layout, 'charts' | 'samples' | 'events'> {
  if (area.columns >= WIDE_COLUMNS) return wideOverview(area, needs);
  const wantedSamples = needs.hasSamples ? needs.sampleRowsFor(area.columns) : 0;
  const most = Math.min(area.rows - MIN_CHART_ROWS, Math.floor(area.rows * SAMPLE_SHARE));
  const sampleRows = most >= 5 ? Math.min(wantedSamples, most) : 0;
  const eventRows = area.rows - sampleRows >= MIN_CHART_ROWS + 6 + EVENT_ROWS ? EVENT_ROWS : 0;
  const chartRows = area.rows - sampleRows - eventRows;
  const charts = split({ ...area, rows: chartRows }, chartRows >= 2 * (MIN_CHART_ROWS + 4) ? 2 : 1);
  const samples = sampleRows > 0 ? { ...area, row: area.row + chartRows, rows: sampleRows } : null;
  const events = eventRows > 0 ? { ...area, row: area.row + area.rows - eventRows, rows: eventRows } : null;
  return { charts, samples, events };
}

/** Curves to the left, pictures and events to the right. */
function wideOverview(area: Area, needs: LayoutNeeds): Pick<Layout, 'charts' | 'samples' | 'events'> {
  const left = Math.floor(area.columns * (needs.hasSamples ? 0.54 : 0.64));
  const right = { ...area, column: left + 2, columns: area.columns - left - 2 };
  const charts = split({ ...area, columns: left }, area.rows >= 2 * MIN_CHART_ROWS ? 2 : 1);
  if (!needs.hasSamples) return { charts, samples: null, events: right };
  const most = area.rows - EVENT_ROWS;
  if (most < 6) return { charts, samples: right, events: null };
  const sampleRows = Math.min(most, needs.sampleRowsFor(right.columns));
  const events = { ...right, row: right.row + sampleRows, rows: right.rows - sampleRows };
  return { charts, samples: { ...right, rows: sampleRows }, events };
}

function split(area: Area, count: number): Area[] {
  const rows = Math.floor(area.rows / count);
  return Array.from({ length: count }, (_, i) => ({
    ...area,
    row: area.row + i * rows,
    rows: i === count - 1 ? area.rows - i * rows : rows,
  }));
}
