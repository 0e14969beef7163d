import { fitted, textWidth } from '../../output/text-width.ts';
import { Choice } from '../state/choice.ts';
import { viewsOf } from '../state/dashboard-state.ts';
import type { Area, DrawContext, KeyAction, KeyContext, KeyHelp, Panel } from '../state/panel.ts';
import type { Theme } from '../terminal/theme.ts';
import { type Piece, titleLine } from './text.ts';

const KEY_COLUMNS = 8;
const INDENT = '   ';
/** Two narrower ones would cut most of the text. */
const MIN_TWO_COLUMNS = 78;
/** Rows that the list has at least: the others are those of alarms, and of the lines above and below. */
const leastRows = (rows: number) => Math.floor((rows * 2) / 3) - 3;
const PAGE_LINES = 10;
const SCROLLS: Readonly<Record<string, number>> = { up: -1, down: 1, pageup: -PAGE_LINES, pagedown: PAGE_LINES };

/** The first line shown; null while the help is closed. */
const helpChoice = new Choice<{ readonly first: number | null }>('help', { first: null });
const open: KeyAction = (state) => ({ state: helpChoice.set(state, { first: 0 }) });

/** All keys, over the body while it is open. */
export const helpPanel: Panel = {
  id: 'help',
  wants: { place: 'cover' },
  rows: ({ state }) => (helpChoice.in(state).first === null ? 0 : Number.POSITIVE_INFINITY),
  render: (context, area) => ({ lines: helpLines(context, area) }),
  choice: helpChoice,
  capture: (state, key, context) => {
    const { first } = helpChoice.in(state);
    if (first === null || key === 'ctrl-c') return null;
    const by = SCROLLS[key];
    if (by === undefined) return { state: helpChoice.set(state, { first: null }) };
    const visible = leastRows(context.rows);
    const last = rowsOf(entriesOf(context), context.columns, visible) - visible;
    return { state: helpChoice.set(state, { first: Math.max(0, Math.min(last, first + by)) }) };
  },
  keys: { '?': open, h: open },
};

/** A heading, or a key with what it does. */
type Entry = string | KeyHelp;

/** Keys by where they work, and at last those of the training and of the dashboard itself. */
function entriesOf({ panels, ownsTraining }: KeyContext): Entry[] {
  const control = panels.flatMap(({ help = [] }) => help).filter(({ controls }) => controls);
  const leave: KeyHelp[] = [
    { keys: 'q', does: 'leave; the training goes on' },
    { keys: 'ctrl-c', does: ownsTraining ? 'stop the training, and leave' : 'leave; the training goes on' },
    { keys: 'ctrl-z', does: 'suspend the dashboard' },
    { keys: 'esc', does: 'go back to the newest' },
  ];
  const views = viewsOf(panels);
  const ownOf = ({ help = [] }: Panel) => help.filter(({ controls }) => !controls);
  const anywhere = panels.filter(({ id }) => !views.includes(id)).flatMap(ownOf);
  const sections = panels
    .filter((panel) => views.includes(panel.id) && ownOf(panel).length > 0)
    .flatMap((panel): Entry[] => [panel.id, ...ownOf(panel)]);
  const numbers = views.map((view, i): KeyHelp => ({ keys: String(i + 1), does: view }));
  return ['control', ...control, 'leave', ...leave, 'views', ...numbers, ...anywhere, ...sections];
}

/** In one column, or in two where one is too short. */
function hasTwoColumns(entries: readonly Entry[], columns: number, rows: number): boolean {
  return entries.length > rows && columns >= MIN_TWO_COLUMNS;
}

function rowsOf(entries: readonly Entry[], columns: number, rows: number): number {
  return hasTwoColumns(entries, columns, rows) ? Math.ceil(entries.length / 2) : entries.length;
}

/** What does not fit is scrolled to. */
function helpLines(context: DrawContext, { columns, rows }: Area): string[] {
  const { state, theme } = context;
  const visible = rows - 1;
  const entries = entriesOf(context);
  const count = rowsOf(entries, columns, visible);
  const width = hasTwoColumns(entries, columns, visible) ? Math.floor(columns / 2) : columns;
  const pieces = entries.map((entry) => pieceOf(entry, width - 1, theme));
  const lines = pieces.slice(0, count).map(({ plain, painted }, i) => {
    const right = pieces[count + i];
    return right === undefined ? painted : painted + ' '.repeat(Math.max(0, width - textWidth(plain))) + right.painted;
  });
  const first = Math.max(0, Math.min(helpChoice.in(state).first ?? 0, count - visible));
  const below = count - first - visible;
  const note = count <= visible ? 'press any key to close' : `↑ ↓ scroll${below > 0 ? `, ${below} below` : ''}`;
  return [titleLine('keys', note, columns, theme), ...lines.slice(first, first + visible)];
}

function pieceOf(entry: Entry, width: number, theme: Theme): Piece {
  if (typeof entry === 'string') return { plain: ` ${entry}`, painted: theme.paint('strong', ` ${entry}`) };
  const key = fitted(entry.keys, KEY_COLUMNS);
  const text = fitted(entry.does, Math.max(0, width - INDENT.length - KEY_COLUMNS)).trimEnd();
  return { plain: INDENT + key + text, painted: INDENT + theme.paint('key', key) + text };
}
