import { cutTo, textWidth } from '../../output/text-width.ts';
import { type Curve, curveChart } from '../charts/curve-chart.ts';
import { type CurveGroup, curveLabel } from '../log/curve-groups.ts';
import type { Area, DrawContext } from '../state/panel.ts';
import type { Overlay } from '../terminal/screen.ts';
import { chartNotes, curveChoice, drawnRuns, rangeOf, smoothingOf } from './curve-choice.ts';
import { roleOf } from './run-choice.ts';
import { flow, type Piece, titleLine } from './text.ts';

const MIN_COLUMNS = 26;
const GOOD_COLUMNS = 60;
const MIN_ROWS = 6;
const COLUMN_GAP = 2;
const LEGEND_LINES = 2;
const MAX_NAME_COLUMNS = 24;

/** The places of the charts of a group in an area below its title and legend, as many as there is room for. */
export function smallChartAreas(context: DrawContext, count: number, area: Area): Area[] {
  const above = 1 + legendLines(context, area.columns).length;
  const rows = area.rows - above;
  const { across, down } = gridOf(count, area.columns, rows);
  const columns = Math.floor((area.columns - COLUMN_GAP * (across - 1)) / across);
  return Array.from({ length: Math.min(count, across * down) }, (_, i) => {
    const [row, column] = [Math.floor(i / across), i % across];
    const top = area.row + above + Math.floor((row * rows) / down);
    const bottom = area.row + above + Math.floor(((row + 1) * rows) / down);
    return { column: area.column + column * (columns + COLUMN_GAP), row: top, columns, rows: bottom - top };
  });
}

/** Charts of a good width where there is room for it, else as many across as leave each its rows. */
function gridOf(count: number, columns: number, rows: number): { readonly across: number; readonly down: number } {
  const mostAcross = Math.max(1, Math.floor((columns + COLUMN_GAP) / (MIN_COLUMNS + COLUMN_GAP)));
  const mostDown = Math.max(1, Math.floor(rows / MIN_ROWS));
  const wanted = Math.max(1, Math.floor(columns / GOOD_COLUMNS), Math.ceil(count / mostDown));
  const across = Math.min(mostAcross, count, wanted);
  return { across, down: Math.min(mostDown, Math.ceil(count / across)) };
}

/** Which colour is which run's. */
function legendLines(context: DrawContext, columns: number): Piece[] {
  const { runs, state, theme } = context;
  const pieces = drawnRuns(state, context).map((run): Piece => {
    const plain = `● ${cutTo(run.name, MAX_NAME_COLUMNS)}`;
    return { plain, painted: theme.paint(roleOf(run, runs), plain) };
  });
  return flow(pieces, columns, 2).slice(0, LEGEND_LINES);
}

/** A small chart for each curve of a group, with one colour a run. */
export function smallCharts(context: DrawContext, group: CurveGroup, area: Area): Overlay[] {
  const { state, theme, terminal, runs } = context;
  const { isLog, cursor, markedStep } = curveChoice.in(state);
  const range = rangeOf(state, context);
  const smoothing = smoothingOf(state, group);
  const areas = smallChartAreas(context, group.names.length, area);
  const hidden = group.names.length - areas.length;
  const notes = chartNotes(state, smoothing);
  if (hidden > 0) notes.push(`${hidden} more with t`);
  if (cursor !== null) notes.push(`step ${Math.round(cursor)}`);
  const head = [
    titleLine(group.title, notes.join(', '), area.columns, theme),
    ...legendLines(context, area.columns).map(
      ({ plain, painted }) => painted + ' '.repeat(Math.max(0, area.columns - textWidth(plain))),
    ),
  ];
  const title: Overlay = {
    key: 'charts of runs',
    ...area,
    rows: head.length,
    content: { kind: 'text', lines: head },
  };
  const charts = areas.map((place, i): Overlay => {
    const name = group.names[i]!;
    const curves = drawnRuns(state, context).map(
      (run): Curve => ({
        label: '',
        role: roleOf(run, runs),
        points: run.log.series.points(name, range.from, range.to, place.columns * 2, smoothing),
      }),
    );
    const lines = curveChart({
      title: curveLabel(name),
      width: place.columns,
      height: place.rows,
      curves,
      fromStep: range.from,
      toStep: range.to,
      isLog,
      showsRaw: false,
      cursorStep: cursor,
      markedStep,
      theme,
      isAscii: !terminal.isUnicode,
    });
    return { key: `chart ${i} of runs`, ...place, content: { kind: 'text', lines } };
  });
  return [title, ...charts];
}
