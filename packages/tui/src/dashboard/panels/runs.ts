import { fitted, textWidth } from '../../output/text-width.ts';
import { OVERVIEW, withFocus, withView } from '../app/dashboard-state.ts';
import type { RunEntry } from '../log/run-entry.ts';
import { STATUS_ROLES } from './header.ts';
import type { Area, DrawContext, KeyAction, Panel } from './panel.ts';
import { hintInView, titleLine } from './text.ts';

/** A narrow screen shortens names, but no further. */
const MIN_NAME_COLUMNS = 14;
const HEAD = ['run', 'state', 'step', 's/step', ''] as const;

/** All runs with their state; the one in focus is chosen here. */
export const runsPanel: Panel = {
  id: 'runs',
  wants: { place: 'body', view: { takesAllRows: true }, overview: null },
  render: (context, area) => ({ lines: runLines(context, area) }),
  showsAllRuns: ({ view }) => view === runsPanel.id,
  keys: {
    up: choosing(-1),
    k: choosing(-1),
    pageup: choosing(-1),
    down: choosing(1),
    j: choosing(1),
    pagedown: choosing(1),
    return: (state, { panels }) => ({ state: withView(state, OVERVIEW, panels) }),
  },
  help: [
    { keys: '↑ ↓', does: 'choose a run in the list', hint: hintInView('runs', 'choose') },
    { keys: 'return', does: 'open the chosen run', hint: hintInView('runs', 'open') },
  ],
};

function choosing(by: number): KeyAction {
  return (state, { run, runs, panels }) => {
    const next = runs[Math.min(runs.length - 1, Math.max(0, runs.indexOf(run) + by))] ?? run;
    return { state: withFocus(state, next.folder, panels) };
  };
}

function runLines({ run: focus, runs, theme }: DrawContext, { columns, rows }: Area): string[] {
  const count = rows - 2;
  const first = Math.max(0, Math.min(runs.indexOf(focus) - Math.floor(count / 2), runs.length - count));
  const shown = runs.slice(first, first + count).map((run) => ({ run, cells: cellsOf(run) }));
  const widths = HEAD.map((title, i) => Math.max(title.length, ...shown.map(({ cells }) => textWidth(cells[i]!))) + 2);
  const others = widths.slice(1).reduce((sum, width) => sum + width, 1);
  widths[0] = Math.max(MIN_NAME_COLUMNS, Math.min(widths[0]!, columns - others));
  const line = (cells: readonly string[]) =>
    fitted(` ${cells.map((cell, i) => `${fitted(cell, widths[i]! - 2)}  `).join('')}`, columns);
  const lines = shown.map(({ run, cells }) => {
    const text = line(cells);
    return run === focus ? theme.inverse(text) : theme.paint(STATUS_ROLES[run.status], text);
  });
  return [titleLine('runs', `${runs.length}`, columns, theme), theme.paint('dim', line(HEAD)), ...lines];
}

function cellsOf({ name, status, log }: RunEntry): string[] {
  const { step, totalSteps, alarms } = log.state;
  const pace = log.state.secondsPerStep();
  const steps = status === 'starting' ? '' : totalSteps === null ? String(step) : `${step}/${totalSteps}`;
  const alarm = alarms.length === 0 ? '' : `▲ ${alarms.at(-1)!.code}`;
  return [name, status, steps, pace === null ? '' : `${pace.toPrecision(3)} s`, alarm];
}
