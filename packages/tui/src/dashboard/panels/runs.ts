import { shortNumber } from '../../output/format.ts';
import { fitted, textWidth } from '../../output/text-width.ts';
import { LOSS, SCORE } from '../log/curve-groups.ts';
import type { RunEntry } from '../log/run-entry.ts';
import { differingSettings, factsOf } from '../log/run-facts.ts';
import { type DashboardState, OVERVIEW, withFocus, withView } from '../state/dashboard-state.ts';
import type { Area, DrawContext, KeyAction, KeyContext, KeyResult, Panel } from '../state/panel.ts';
import type { MouseInput } from '../terminal/input-reader.ts';
import type { Theme } from '../terminal/theme.ts';
import { comparePanel } from './compare.ts';
import { STATUS_ROLES } from './header.ts';
import { filteredRuns, type RunChoice, roleOf, runChoice } from './run-choice.ts';
import { hintInView, titleLine } from './text.ts';

/** A narrow screen shortens names, but no further. */
const MIN_NAME_COLUMNS = 14;
const MAX_NAME_COLUMNS = 40;
const MAX_CELL_COLUMNS = 28;
const GAP = 2;
/** Title and names of columns. */
const HEAD_LINES = 2;
/** Of the mark of the run's colour, and of the run that others are compared with. */
const MARK_COLUMNS = 3;

/** All runs with their state, losses, scores, and the settings in which they differ; the one in focus is chosen here. */
export const runsPanel: Panel = {
  id: 'runs',
  wants: { place: 'body', view: { takesAllRows: true }, overview: null },
  render: (context, area) => ({ lines: runLines(context, area) }),
  mouse: pointAtRuns,
  choice: runChoice,
  showsAllRuns: ({ view }) => view === runsPanel.id,
  takesText: (state) => isTyping(state),
  capture: (state, key) => (isTyping(state) && key !== 'ctrl-c' ? typeFilter(state, key) : null),
  keys: {
    up: choosing(-1),
    k: choosing(-1),
    pageup: choosing(-10),
    down: choosing(1),
    j: choosing(1),
    pagedown: choosing(10),
    left: choosingColumn(-1),
    right: choosingColumn(1),
    return: (state, { panels }) => ({ state: withView(state, OVERVIEW, panels) }),
    '/': (state) => ({ state: runChoice.set(state, { isTyping: true }) }),
    s: (state) => ({ state: runChoice.set(state, nextSorting(runChoice.in(state))) }),
    ' ': (state, { run }) => {
      const { marked } = runChoice.in(state);
      return { state: runChoice.set(state, { marked: marked === run.folder ? null : run.folder }) };
    },
    d: (state, { panels }) => ({ state: withView(state, comparePanel.id, panels) }),
  },
  help: [
    { keys: '↑ ↓', does: 'choose a run in the list', hint: hintInView('runs', 'choose') },
    { keys: 'return', does: 'open the chosen run', hint: hintInView('runs', 'open') },
    { keys: '/', does: 'filter runs: lr>=1e-3', hint: hintInView('runs', 'filter') },
    { keys: '← →', does: 'choose a column', hint: hintInView('runs', 'column') },
    { keys: 's', does: 'sort by the column', hint: hintInView('runs', 'sort') },
    { keys: 'space', does: 'mark a run to compare with', hint: hintInView('runs', 'mark') },
    { keys: 'd', does: 'compare with the marked run', hint: hintInView('runs', 'compare') },
  ],
};

/** Only while the table is seen: the filter of another view is done. */
function isTyping(state: DashboardState): boolean {
  return state.view === runsPanel.id && runChoice.in(state).isTyping;
}

function typeFilter(state: DashboardState, key: string): KeyResult {
  const { filter } = runChoice.in(state);
  const set = (changes: Partial<RunChoice>) => ({ state: runChoice.set(state, changes) });
  if (key === 'return') return set({ isTyping: false });
  if (key === 'escape') return set({ isTyping: false, filter: '' });
  if (key === 'backspace') return set({ filter: [...filter].slice(0, -1).join('') });
  return textWidth(key) <= 2 && [...key].length === 1 ? set({ filter: filter + key }) : {};
}

/** Upwards, downwards, and back to the order of the runs. */
function nextSorting({ column, sortBy, isDescending }: RunChoice): Partial<RunChoice> {
  if (sortBy !== column) return { sortBy: column, isDescending: false };
  return isDescending ? { sortBy: null, isDescending: false } : { isDescending: true };
}

function choosing(by: number): KeyAction {
  return (state, { run, runs, panels }) => {
    const shown = filteredRuns(state, runs);
    const next = shown[Math.min(shown.length - 1, Math.max(0, shown.indexOf(run) + by))] ?? run;
    return { state: withFocus(state, next.folder, panels) };
  };
}

/** A click chooses a run, and opens the one that is chosen; the wheel goes from run to run. */
function pointAtRuns(context: DrawContext, { action, row }: MouseInput, area: Area): KeyResult | null {
  const { run, state, panels } = context;
  if (action === 'wheel-up') return choosing(-1)(state, context);
  if (action === 'wheel-down') return choosing(1)(state, context);
  const clicked = visibleRuns(context, area)[row - area.row - HEAD_LINES];
  if (action !== 'release' || clicked === undefined) return {};
  if (clicked === run) return { state: withView(state, OVERVIEW, panels) };
  return { state: withFocus(state, clicked.folder, panels) };
}

/** As many runs as there are rows, around the one in focus. */
function visibleRuns({ run, runs, state }: DrawContext, { rows }: Area): readonly RunEntry[] {
  const shown = filteredRuns(state, runs);
  const count = Math.max(1, rows - HEAD_LINES);
  const first = Math.max(0, Math.min(shown.indexOf(run) - Math.floor(count / 2), shown.length - count));
  return shown.slice(first, first + count);
}

function choosingColumn(by: number): KeyAction {
  return (state, context) => {
    const columns = columnsOf(context);
    const index = columns.indexOf(runChoice.in(state).column);
    const column = columns[Math.min(columns.length - 1, Math.max(0, index + by))]!;
    return { state: runChoice.set(state, { column }) };
  };
}

/** The facts that are columns: what every run has, then what tells runs apart. */
function columnsOf({ runs }: KeyContext): string[] {
  const names = [...new Set(runs.flatMap((run) => [...factsOf(run).keys()]))];
  return [
    ...['run', 'state', 'step', 's/step'],
    ...(runs.some(({ log }) => log.state.alarms.length > 0) ? ['alarm'] : []),
    ...differingSettings(runs),
    ...names.filter((name) => name.startsWith(SCORE)),
    ...names.filter((name) => name.startsWith(LOSS)),
  ];
}

interface Column {
  readonly fact: string;
  readonly head: string;
  readonly cells: readonly string[];
  readonly width: number;
}

function runLines(context: DrawContext, area: Area): string[] {
  const { columns } = area;
  const { runs, state, theme } = context;
  const choice = runChoice.in(state);
  const shown = filteredRuns(state, runs);
  const visible = visibleRuns(context, area);
  const table = fittingColumns(
    columnsOf(context).map((fact) => columnOf(fact, visible, choice)),
    choice.column,
    columns - MARK_COLUMNS,
  );
  const filter = choice.filter === '' && !isTyping(state) ? '' : ` /${choice.filter}${isTyping(state) ? '█' : ''}`;
  const note = `${shown.length === runs.length ? '' : `${shown.length} of `}${runs.length}${filter}`;
  const head = table.map(({ fact, head, width }) => {
    const text = fitted(head, width);
    return fact === choice.column ? theme.inverse(text) : theme.paint('dim', text);
  });
  const lines = visible.map((run, i) => {
    const cells = table.map(({ fact, cells, width }) => ({ fact, text: fitted(cells[i]!, width) }));
    return runLine(run, cells, context, columns);
  });
  const none = shown.length === 0 ? [theme.paint('dim', ' no run passes the filter: esc clears it')] : [];
  return [
    titleLine('runs', note, columns, theme),
    ' '.repeat(MARK_COLUMNS) + head.join(' '.repeat(GAP)),
    ...lines,
    ...none,
  ];
}

function runLine(
  run: RunEntry,
  cells: readonly { readonly fact: string; readonly text: string }[],
  { run: focus, runs, state, theme }: DrawContext,
  columns: number,
): string {
  const mark = runChoice.in(state).marked === run.folder ? '=' : ' ';
  const dot = theme.paint(roleOf(run, runs), '●');
  const gap = ' '.repeat(GAP);
  if (run === focus) {
    const text = fitted(`${mark} ${cells.map(({ text }) => text).join(gap)}`, columns - 1);
    return dot + theme.inverse(text);
  }
  return `${dot}${mark} ${cells.map((cell) => paintCell(run, cell, theme)).join(gap)}`;
}

function paintCell(run: RunEntry, { fact, text }: { readonly fact: string; readonly text: string }, theme: Theme) {
  if (fact === 'alarm') return theme.paint('alarm', text);
  return fact === 'state' ? theme.paint(STATUS_ROLES[run.status], text) : text;
}

function columnOf(fact: string, runs: readonly RunEntry[], { sortBy, isDescending }: RunChoice): Column {
  const arrow = fact !== sortBy ? '' : isDescending ? ' ↓' : ' ↑';
  const head = fact.replace(/^(losses|scores)\./, '') + arrow;
  const cells = runs.map((run) => cellOf(run, fact));
  const max = fact === 'run' ? MAX_NAME_COLUMNS : MAX_CELL_COLUMNS;
  const width = Math.min(max, Math.max(textWidth(head), ...cells.map(textWidth)));
  return { fact, head, cells, width };
}

function cellOf(run: RunEntry, fact: string): string {
  const { step, totalSteps, alarms } = run.log.state;
  if (fact === 'alarm') return alarms.length === 0 ? '' : `▲ ${alarms.at(-1)!.code}`;
  if (fact === 'step') {
    return run.status === 'starting' ? '' : totalSteps === null ? String(step) : `${step}/${totalSteps}`;
  }
  const value = factsOf(run).get(fact) ?? '';
  if (fact === 's/step' && typeof value === 'number') return `${value.toPrecision(3)} s`;
  return typeof value === 'number' ? shortNumber(value) : value;
}

/** The names, and as many of the other columns as fit, the chosen one among them. */
function fittingColumns([names, ...others]: readonly Column[], chosen: string, width: number): Column[] {
  if (names === undefined) return [];
  const leastNames = Math.min(names.width, MIN_NAME_COLUMNS);
  const index = Math.max(
    0,
    others.findIndex(({ fact }) => fact === chosen),
  );
  for (let first = 0; first <= index; first++) {
    let used = leastNames;
    let end = first;
    while (end < others.length && used + GAP + others[end]!.width <= width) used += GAP + others[end++]!.width;
    if (end <= index && first < index) continue;
    return [{ ...names, width: Math.min(names.width, width - used + leastNames) }, ...others.slice(first, end)];
  }
  return [names];
}
