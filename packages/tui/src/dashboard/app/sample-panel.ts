import { posix } from 'node:path';
import type { RunEntry } from '../log/run-entry.ts';
import type { SampleEntry } from '../log/run-state.ts';
import type { PictureStore } from '../pictures/picture-store.ts';
import { fitCells } from '../pictures/resample.ts';
import type { Overlay } from '../terminal/screen.ts';
import type { Theme } from '../terminal/theme.ts';
import type { DashboardState } from './dashboard-state.ts';
import type { Area } from './layout.ts';
import { fitted, titleLine } from './text.ts';

/** The pictures made after one step. */
export interface SampleSet {
  readonly step: number;
  readonly entries: readonly SampleEntry[];
}

/** Sets of pictures in the order of their steps. */
export function sampleSets(samples: readonly SampleEntry[]): SampleSet[] {
  const sets = new Map<number, SampleEntry[]>();
  for (const entry of samples) {
    const set = sets.get(entry.step);
    if (set === undefined) sets.set(entry.step, [entry]);
    else if (!set.some(({ path }) => path === entry.path)) set.push(entry);
  }
  return [...sets].map(([step, entries]) => ({ step, entries }));
}

/** Width by height of a row of five pictures, before the first one is known. */
const USUAL_SHAPE = { width: 344, height: 72 };

/** Lines that the newest samples take at a width. */
export function sampleRows(run: RunEntry, pictures: PictureStore, columns: number): number {
  const set = sampleSets(run.log.state.samples).at(-1);
  if (set === undefined) return 0;
  const each = set.entries.map((entry) => {
    const shape = pictures.shapeOf(run.folder, entry.path) ?? USUAL_SHAPE;
    return 1 + fitCells(shape, { columns, rows: 1000 }, pictures.cellAspect).rows;
  });
  return 1 + each.reduce((sum, rows) => sum + rows, 0);
}

/** Sample pictures: a title, a caption for each, and the pictures as overlays. */
export function samplePanel(
  run: RunEntry,
  state: DashboardState,
  pictures: PictureStore,
  area: Area,
  theme: Theme,
): { readonly lines: readonly string[]; readonly overlays: readonly Overlay[] } {
  const sets = sampleSets(run.log.state.samples);
  const index = Math.min(sets.length - 1, state.sample ?? sets.length - 1);
  const set = sets[index];
  if (set === undefined) {
    return { lines: [titleLine('samples', '', area.columns, theme), theme.paint('dim', ' none yet')], overlays: [] };
  }
  const note = `${run.log.state.item} ${set.step}, ${index + 1} of ${sets.length}${state.sample === null ? '' : ', esc for the newest'}`;
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
