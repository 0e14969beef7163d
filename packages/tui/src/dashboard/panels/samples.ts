import { posix } from 'node:path';
import { fitted } from '../../output/text-width.ts';
import type { RunEntry } from '../log/run-entry.ts';
import type { SampleEntry } from '../log/run-state.ts';
import { nearestSet, type SampleSet, sampleSets } from '../log/sample-sets.ts';
import { fitCells } from '../pictures/resample.ts';
import { Choice } from '../state/choice.ts';
import type { Area, DrawContext, Drawing, KeyAction, Panel } from '../state/panel.ts';
import type { Overlay } from '../terminal/screen.ts';
import { curveChoice, drawnRuns } from './curve-choice.ts';
import { roleOf } from './run-choice.ts';
import { titleLine } from './text.ts';

/** Index among the sets of samples; null for the newest. */
const sampleChoice = new Choice<{ readonly index: number | null }>(
  'samples',
  { index: null },
  { 'another run': ['index'], escape: ['index'] },
);

/** Columns and rows that the samples of a run need beside those of others. */
const RUN_COLUMNS = 60;
const RUN_ROWS = 8;
const COLUMN_GAP = 2;
/** Pictures that are numbered for one run. */
const MAX_SET = 8;

/** The same choice as that of the curves. */
const overlaying: KeyAction = (state) => ({
  state: curveChoice.set(state, { isOverlaid: !curveChoice.in(state).isOverlaid }),
});

/** Sample pictures of a training, or what a job wrote: the newest, or those of any step before. */
export const samplesPanel: Panel = {
  id: 'samples',
  wants: {
    place: 'body',
    view: { takesAllRows: false },
    overview: { column: 'right', widthShare: 0.46, importance: 2, minRows: 5, maxShare: 0.55 },
  },
  rows: newestRows,
  render: samples,
  choice: sampleChoice,
  showsAllRuns: (state) => state.view === samplesPanel.id && curveChoice.in(state).isOverlaid,
  keys: { o: overlaying, '[': stepping(-1), ',': stepping(-1), ']': stepping(1), '.': stepping(1) },
  help: [
    {
      keys: 'o',
      does: 'show all runs side by side',
      hint: ({ runs, state }) => (state.view === samplesPanel.id && runs.length > 1 ? 'side by side' : null),
    },
    { keys: '[ ]', does: 'show earlier, later samples', hint: ({ run }) => (hasSeveralSets(run) ? 'samples' : null) },
  ],
};

function hasSeveralSets({ log }: RunEntry): boolean {
  const { samples } = log.state;
  return samples[0]?.step !== samples.at(-1)?.step;
}

/** Goes through the sets; beyond the last one the newest is shown, whichever comes. */
function stepping(by: number): KeyAction {
  return (state, { run }) => {
    const last = sampleSets(run).length - 1;
    const next = Math.max(0, (sampleChoice.in(state).index ?? last) + by);
    return { state: sampleChoice.set(state, { index: next >= last ? null : next }) };
  };
}

/** Width by height of a row of five pictures, before the first one is known. */
const USUAL_SHAPE = { width: 344, height: 72 };

/** Rows that the newest set fills at a width: a title, and a caption with each picture. */
function newestRows({ run, pictures }: DrawContext, columns: number): number {
  const set = sampleSets(run).at(-1);
  if (set === undefined) return 0;
  const each = set.entries.map((entry) => {
    const shape = pictures.shapeOf(run.folder, entry.path) ?? USUAL_SHAPE;
    return 1 + fitCells(shape, { columns, rows: 1000 }, pictures.cellAspect).rows;
  });
  return 1 + each.reduce((sum, rows) => sum + rows, 0);
}

function samples(context: DrawContext, area: Area): Drawing {
  const { run, state, theme } = context;
  const sets = sampleSets(run);
  const { index: chosen } = sampleChoice.in(state);
  const index = Math.min(sets.length - 1, chosen ?? sets.length - 1);
  const set = sets[index];
  if (set === undefined) {
    return { lines: [titleLine('samples', '', area.columns, theme), theme.paint('dim', ' none yet')] };
  }
  const place = `${run.log.state.item} ${set.step}, ${index + 1} of ${sets.length}`;
  const note = chosen === null ? place : `${place}, esc for the newest`;
  const below = { ...area, row: area.row + 1, rows: area.rows - 1 };
  const runs =
    state.view === samplesPanel.id ? drawnRuns(state, context).filter((each) => sampleSets(each).length > 0) : [];
  if (runs.length > 1) return samplesOfRuns(context, runs, set.step, note, area);
  const { lines, overlays } = setDrawing(context, run, set, below, 0);
  return { lines: [titleLine('samples', note, area.columns, theme), ...lines], overlays };
}

/** The pictures of one step, each below its caption, as large as there is room. @param first number of the first picture */
function setDrawing(
  { pictures, theme }: DrawContext,
  run: RunEntry,
  set: SampleSet,
  area: Area,
  first: number,
): { readonly lines: string[]; readonly overlays: Overlay[] } {
  const lines: string[] = [];
  const overlays: Overlay[] = [];
  const rowsEach = Math.floor(area.rows / set.entries.length) - 1;
  for (const [i, entry] of set.entries.entries()) {
    if (rowsEach < 2) break;
    const shown = pictures.overlay(run.folder, entry.path, { columns: area.columns, rows: rowsEach }, first + i);
    lines.push(theme.paint('dim', fitted(caption(entry, shown?.columns ?? area.columns), area.columns)));
    if (shown !== null) {
      overlays.push({ ...shown, column: area.column, row: area.row + lines.length });
      lines.push(...Array.from({ length: shown.rows }, () => ''));
    } else lines.push(theme.paint('dim', ` ${pictures.faultOf(run.folder, entry.path) ?? 'loading'}`));
  }
  return { lines, overlays };
}

/** Several runs beside each other, each with what it made of the same step, or of the nearest one. */
function samplesOfRuns(
  context: DrawContext,
  runs: readonly RunEntry[],
  step: number,
  note: string,
  area: Area,
): Drawing {
  const { theme } = context;
  const across = Math.max(1, Math.min(runs.length, Math.floor(area.columns / RUN_COLUMNS)));
  const down = Math.min(Math.ceil(runs.length / across), Math.max(1, Math.floor((area.rows - 1) / RUN_ROWS)));
  const columns = Math.floor(area.columns / across) - COLUMN_GAP;
  const rows = Math.floor((area.rows - 1) / down);
  const shown = runs.slice(0, across * down);
  const more = runs.length > shown.length ? `, ${runs.length - shown.length} more runs: filter them in view 5` : '';
  const overlays: Overlay[] = [];
  for (const [i, run] of shown.entries()) {
    const set = nearestSet(run, step);
    const place = {
      column: area.column + (i % across) * (columns + COLUMN_GAP),
      row: area.row + 1 + Math.floor(i / across) * rows,
      columns,
      rows,
    };
    const name = theme.paint(roleOf(run, context.runs), fitted(`● ${run.name}  step ${set.step}`, columns));
    const below = { ...place, row: place.row + 1, rows: rows - 1 };
    const drawing = setDrawing(context, run, set, below, i * MAX_SET);
    // A line each: pictures lie between them.
    for (const [at, line] of [name, ...drawing.lines].slice(0, rows).entries()) {
      if (line === '') continue;
      const content = { kind: 'text', lines: [line] } as const;
      overlays.push({ key: `samples of run ${i}, ${at}`, ...place, row: place.row + at, rows: 1, content });
    }
    overlays.push(...drawing.overlays);
  }
  return { lines: [titleLine('samples', note + more, area.columns, theme)], overlays };
}

/** What the five pictures of a row are, over each of them. */
function caption({ direction, path }: SampleEntry, columns: number): string {
  if (direction === '') return ` ${posix.basename(path)}`;
  const arrow = direction === 'AtoB' ? 'A to B' : 'B to A';
  const names = [`${arrow}: input`, 'masks', 'output', 'masks', 'and back'];
  const width = Math.floor(columns / names.length);
  if (width < 14) return ` ${arrow}: input, masks, output, masks, and back`;
  return names.map((name) => fitted(` ${name}`, width)).join('');
}
