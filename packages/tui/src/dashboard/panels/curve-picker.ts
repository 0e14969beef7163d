import { fitted } from '../../output/text-width.ts';
import type { DashboardState } from '../state/dashboard-state.ts';
import type { Area, DrawContext, KeyContext, KeyResult, Panel } from '../state/panel.ts';
import { curveChoice, shownCurves } from './curve-choice.ts';
import { titleLine } from './text.ts';

/** The list from which curves are chosen, over the body while it is open. */
export const curvePickerPanel: Panel = {
  id: 'curve-picker',
  wants: { place: 'cover' },
  rows: ({ state, run }) => (curveChoice.in(state).pickerRow === null ? 0 : 1 + run.log.series.names.length),
  render: (context, area) => ({ lines: pickerLines(context, area) }),
  capture: (state, key, context) => {
    const row = curveChoice.in(state).pickerRow;
    return row === null || key === 'ctrl-c' ? null : pick(state, row, key, context);
  },
};

function pick(state: DashboardState, row: number, key: string, { run }: KeyContext): KeyResult {
  const { names } = run.log.series;
  const move = (to: number) => ({
    state: curveChoice.set(state, { pickerRow: Math.min(Math.max(0, names.length - 1), Math.max(0, to)) }),
  });
  if (key === 'up' || key === 'k') return move(row - 1);
  if (key === 'down' || key === 'j') return move(row + 1);
  if (key !== ' ') return { state: curveChoice.set(state, { pickerRow: null }) };
  const name = names[row];
  if (name === undefined) return {};
  const shown = shownCurves(run, curveChoice.in(state)).names;
  const chosen = shown.includes(name) ? shown.filter((other) => other !== name) : [...shown, name];
  return { state: curveChoice.set(state, { chosen }) };
}

function pickerLines({ run, state, theme }: DrawContext, { columns, rows }: Area): string[] {
  const { names } = run.log.series;
  const choice = curveChoice.in(state);
  const shown = shownCurves(run, choice).names;
  const row = choice.pickerRow ?? 0;
  const count = rows - 1;
  const first = Math.max(0, Math.min(row - Math.floor(count / 2), names.length - count));
  return [
    titleLine('choose curves', '↑ ↓ move, space selects, any other key closes', columns, theme),
    ...names.slice(first, first + count).map((name, i) => {
      const text = fitted(` [${shown.includes(name) ? 'x' : ' '}] ${name}`, columns);
      return first + i === row ? theme.inverse(text) : text;
    }),
  ];
}
