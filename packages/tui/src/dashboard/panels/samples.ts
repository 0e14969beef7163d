import { posix } from 'node:path';
import { fitted } from '../../output/text-width.ts';
import { Choice } from '../app/choice.ts';
import type { RunEntry } from '../log/run-entry.ts';
import type { SampleEntry } from '../log/run-state.ts';
import { fitCells } from '../pictures/resample.ts';
import type { Overlay } from '../terminal/screen.ts';
import type { Area, DrawContext, Drawing, KeyAction, Panel } from './panel.ts';
import { titleLine } from './text.ts';

/** Index among the sets of samples; null for the newest. */
const sampleChoice = new Choice<{ readonly index: number | null }>(
  'samples',
  { index: null },
  { 'another run': ['index'], escape: ['index'] },
);

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
  keys: { '[': stepping(-1), ',': stepping(-1), ']': stepping(1), '.': stepping(1) },
  help: [
    { keys: '[ ]', does: 'show earlier, later samples', hint: ({ run }) => (hasSeveralSets(run) ? 'samples' : null) },
  ],
};

/** The pictures made after one step. */
interface SampleSet {
  readonly step: number;
  readonly entries: readonly SampleEntry[];
}

/** Sets of pictures in the order of their steps. */
function sampleSets({ log }: RunEntry): SampleSet[] {
  const sets = new Map<number, SampleEntry[]>();
  for (const entry of log.state.samples) {
    const set = sets.get(entry.step);
    if (set === undefined) sets.set(entry.step, [entry]);
    else if (!set.some(({ path }) => path === entry.path)) set.push(entry);
  }
  return [...sets].map(([step, entries]) => ({ step, entries }));
}

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

function samples({ run, state, pictures, theme }: DrawContext, area: Area): Drawing {
  const sets = sampleSets(run);
  const { index: chosen } = sampleChoice.in(state);
  const index = Math.min(sets.length - 1, chosen ?? sets.length - 1);
  const set = sets[index];
  if (set === undefined) {
    return { lines: [titleLine('samples', '', area.columns, theme), theme.paint('dim', ' none yet')] };
  }
  const place = `${run.log.state.item} ${set.step}, ${index + 1} of ${sets.length}`;
  const note = chosen === null ? place : `${place}, esc for the newest`;
  const lines = [titleLine('samples', note, area.columns, theme)];
  const overlays: Overlay[] = [];
  const rowsEach = Math.floor((area.rows - 1) / set.entries.length) - 1;
  for (const [i, entry] of set.entries.entries()) {
    if (rowsEach < 2) break;
    const shown = pictures.overlay(run.folder, entry.path, { columns: area.columns, rows: rowsEach }, i);
    lines.push(theme.paint('dim', fitted(caption(entry, shown?.columns ?? area.columns), area.columns)));
    if (shown !== null) {
      overlays.push({ ...shown, column: area.column, row: area.row + lines.length });
      lines.push(...Array.from({ length: shown.rows }, () => ''));
    } else lines.push(theme.paint('dim', ` ${pictures.faultOf(run.folder, entry.path) ?? 'loading'}`));
  }
  return { lines, overlays };
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
