import { AXIS_WIDTH, type Curve, curveChart } from '../charts/curve-chart.ts';
import { type CurveGroup, curveGroups, curveLabel } from '../log/curve-groups.ts';
import type { Area, DrawContext, KeyAction, KeyContext, KeyResult, Panel } from '../state/panel.ts';
import type { MouseInput } from '../terminal/input-reader.ts';
import type { Overlay } from '../terminal/screen.ts';
import { CURVE_ROLES } from '../terminal/theme.ts';
import {
  type CurveChoice,
  chartNotes,
  curveChoice,
  drawnRuns,
  lastDrawnStep,
  rangeOf,
  SMOOTHINGS,
  type StepRange,
  shownCurves,
  smoothingOf,
} from './curve-choice.ts';
import { smallChartAreas, smallCharts } from './small-charts.ts';
import { hintInView, titleLine } from './text.ts';

const MIN_ROWS = 7;
/** From so many rows on there are two charts: in a column of their own, and above the pictures. */
const TWO_CHARTS_ROWS = { beside: 14, above: 22 } as const;
/** Pressing an arrow moves the cursor by this share of what is shown. */
const CURSOR_STRIDES = 60;
const MIN_RANGE_STEPS = 10;
/** A shorter way of the mouse is a click. */
const MIN_DRAG_COLUMNS = 2;
/** With more curves their raw values hide each other. */
const MAX_RAW_CURVES = 4;

/** Charts of losses, scores, learning rates, times and memory over the steps. */
export const curvesPanel: Panel = {
  id: 'curves',
  wants: {
    place: 'body',
    view: { takesAllRows: false },
    overview: { column: 'left', importance: 3, minRows: MIN_ROWS, fills: true },
  },
  rows: () => MIN_ROWS,
  render: (context, area) => {
    const runs = drawnRuns(context.state, context);
    if (runs.length > 1) {
      const group = shownCurves(context.run, curveChoice.in(context.state));
      return { lines: [], overlays: smallCharts(context, group, area) };
    }
    return { lines: [], overlays: chartAreas(context, area).flatMap((chart, i) => chartOverlay(context, chart, i)) };
  },
  mouse: pointAtCurves,
  choice: curveChoice,
  showsAllRuns: (state) => curveChoice.in(state).isOverlaid,
  keys: {
    o: changing(({ isOverlaid }) => ({ isOverlaid: !isOverlaid })),
    l: changing(({ isLog }) => ({ isLog: !isLog })),
    s: changing(({ smoothing }) => ({ smoothing: (smoothing + 1) % SMOOTHINGS.length })),
    r: changing(({ showsRaw }) => ({ showsRaw: !showsRaw })),
    g: changing(nextGroup),
    t: changing(() => ({ pickerRow: 0 })),
    '+': zooming(0.5),
    '=': zooming(0.5),
    '-': zooming(2),
    '0': changing(() => ({ range: null, cursor: null })),
    left: movingCursor(-1),
    right: movingCursor(1),
  },
  help: [
    { keys: 'o', does: 'show all runs, or one', hint: ({ runs }) => (runs.length > 1 ? 'overlay' : null) },
    {
      keys: 'l',
      does: 'switch the axis: linear, log',
      hint: ({ state }) => (curveChoice.in(state).isLog ? 'linear' : 'log'),
    },
    { keys: 's', does: 'change the smoothing', hint: 'smooth' },
    { keys: 'r', does: 'show or hide raw values', hint: hintInView('curves', 'raw') },
    { keys: 'g', does: 'show the next group', hint: 'group' },
    { keys: 't', does: 'choose curves from a list', hint: 'curves' },
    { keys: '+ -', does: 'zoom in or out', hint: 'zoom' },
    { keys: '0', does: 'show all steps', hint: hintInView('curves', 'all steps') },
    { keys: '← →', does: 'read the values at a step', hint: 'cursor' },
  ],
};

function changing(change: (choice: CurveChoice, context: KeyContext) => Partial<CurveChoice>): KeyAction {
  return (state, context) => ({ state: curveChoice.set(state, change(curveChoice.in(state), context)) });
}

/** Leaves curves chosen by hand first. */
function nextGroup({ chosen, group }: CurveChoice, { run }: KeyContext): Partial<CurveChoice> {
  if (chosen !== null) return { chosen: null };
  return { group: (group + 1) % Math.max(1, curveGroups(run.log.series.names).length) };
}

/** Scales the range around the cursor, or keeps it at the end, where a live run grows. */
function zooming(factor: number): KeyAction {
  return (state, context) => {
    const lastStep = lastDrawnStep(state, context);
    const { from, to } = rangeOf(state, context);
    const span = Math.max(MIN_RANGE_STEPS, (to - from) * factor);
    if (span >= lastStep) return { state: curveChoice.set(state, { range: null }) };
    const centre = curveChoice.in(state).cursor ?? to;
    const start = Math.min(Math.max(0, centre - span / 2), lastStep - span);
    return { state: curveChoice.set(state, { range: { from: start, to: start + span } }) };
  };
}

/** A click reads the values at a step, dragging zooms to the steps between, and the wheel zooms around the pointer. */
function pointAtCurves(context: DrawContext, { action, column, from }: MouseInput, area: Area): KeyResult | null {
  const { state } = context;
  const charts = chartPlaces(context, area);
  const chart = charts.find((place) => isWithin(place, from));
  if (chart === undefined) return null;
  const set = (changes: Partial<CurveChoice>) => ({ state: curveChoice.set(state, changes) });
  const cursor = stepAt(context, chart, column);
  const begin = stepAt(context, chart, from.column);
  switch (action) {
    case 'press':
      return set({ markedStep: begin });
    case 'drag':
      return set({ cursor, markedStep: begin });
    case 'release':
      if (Math.abs(column - from.column) < MIN_DRAG_COLUMNS) return set({ cursor, markedStep: null });
      return set({ range: rangeBetween(begin, cursor), cursor: null, markedStep: null });
    case 'wheel-up':
      return zooming(0.5)(curveChoice.set(state, { cursor }), context);
    case 'wheel-down':
      return zooming(2)(curveChoice.set(state, { cursor }), context);
  }
}

/** The step at a column of the screen. */
function stepAt(context: DrawContext, chart: Area, column: number): number {
  const { from, to } = rangeOf(context.state, context);
  const columns = chart.columns - AXIS_WIDTH;
  const share = (column - chart.column - AXIS_WIDTH) / Math.max(1, columns - 1);
  return from + Math.min(1, Math.max(0, share)) * (to - from);
}

function rangeBetween(a: number, b: number): StepRange {
  const [from, to] = [Math.min(a, b), Math.max(a, b)];
  return { from, to: Math.max(to, from + MIN_RANGE_STEPS) };
}

function isWithin({ column, row, columns, rows }: Area, at: MouseInput['from']): boolean {
  return at.column >= column && at.column < column + columns && at.row >= row && at.row < row + rows;
}

/** Where charts are drawn. */
function chartPlaces(context: DrawContext, area: Area): Area[] {
  const { state, run } = context;
  if (drawnRuns(state, context).length === 1) return chartAreas(context, area);
  return smallChartAreas(context, shownCurves(run, curveChoice.in(state)).names.length, area);
}

/** Moves the cursor, which takes the range along. */
function movingCursor(by: number): KeyAction {
  return (state, context) => {
    const lastStep = lastDrawnStep(state, context);
    const { from, to } = rangeOf(state, context);
    const { range, cursor: last } = curveChoice.in(state);
    const stride = Math.max(1, (to - from) / CURSOR_STRIDES);
    const cursor = Math.min(lastStep, Math.max(0, (last ?? to) + by * stride));
    if (range === null || (cursor >= from && cursor <= to)) return { state: curveChoice.set(state, { cursor }) };
    const shift = cursor < from ? cursor - from : cursor - to;
    return { state: curveChoice.set(state, { cursor, range: { from: from + shift, to: to + shift } }) };
  };
}

/** One chart, or two one below the other where there is room in the overview. */
function chartAreas({ state, columns }: DrawContext, area: Area): Area[] {
  const isOverview = state.view !== curvesPanel.id;
  const enough = area.columns < columns ? TWO_CHARTS_ROWS.beside : TWO_CHARTS_ROWS.above;
  if (!isOverview || area.rows < enough) return [area];
  const rows = Math.floor(area.rows / 2);
  return [
    { ...area, rows },
    { ...area, row: area.row + rows, rows: area.rows - rows },
  ];
}

function chartOverlay(context: DrawContext, area: Area, index: number): Overlay[] {
  const choice = curveChoice.in(context.state);
  // Curves chosen by hand are one group: the second chart shows the first of the usual ones.
  const group =
    index > 0 && choice.chosen !== null
      ? shownCurves(context.run, { ...choice, chosen: null, group: 0 })
      : shownCurves(context.run, choice, index);
  const lines = chartLines(context, group, area);
  if (lines.length === 0) return [];
  return [{ key: `chart ${index}`, ...area, rows: lines.length, content: { kind: 'text', lines } }];
}

/** A chart of a group of curves, with its title. */
function chartLines(context: DrawContext, group: CurveGroup, area: Area): string[] {
  if (area.rows < 2) return [];
  const { run, state, theme, terminal } = context;
  const { isLog, showsRaw, cursor, markedStep } = curveChoice.in(state);
  const { from, to } = rangeOf(state, context);
  const smoothing = smoothingOf(state, group);
  const curves = group.names.map(
    (name, i): Curve => ({
      label: curveLabel(name),
      role: CURVE_ROLES[i % CURVE_ROLES.length]!,
      points: run.log.series.points(name, from, to, area.columns * 2, smoothing),
    }),
  );
  return [
    titleLine(group.title, chartNotes(state, smoothing).join(', '), area.columns, theme),
    ...curveChart({
      width: area.columns,
      height: area.rows - 1,
      curves,
      fromStep: from,
      toStep: to,
      isLog,
      showsRaw: showsRaw && smoothing > 0 && curves.length <= MAX_RAW_CURVES,
      cursorStep: cursor,
      markedStep,
      theme,
      isAscii: !terminal.isUnicode,
    }),
  ];
}
