import { fitted } from '../../output/text-width.ts';
import { Choice } from '../app/choice.ts';
import { viewsOf } from '../app/dashboard-state.ts';
import type { Theme } from '../terminal/theme.ts';
import type { Area, DrawContext, KeyAction, KeyHelp, Panel } from './panel.ts';
import { flow, type Piece, titleLine } from './text.ts';

const KEY_COLUMNS = 8;
const INDENT = '   ';
/** Two narrower ones would cut most of the text. */
const MIN_TWO_COLUMNS = 60;

const helpChoice = new Choice<{ readonly isOpen: boolean }>('help', { isOpen: false });
const open: KeyAction = (state) => ({ state: helpChoice.set(state, { isOpen: true }) });

/** All keys, over the body while it is open. */
export const helpPanel: Panel = {
  id: 'help',
  wants: { place: 'cover' },
  rows: ({ state }) => (helpChoice.in(state).isOpen ? Number.POSITIVE_INFINITY : 0),
  render: (context, area) => ({ lines: helpLines(context, area) }),
  choice: helpChoice,
  capture: (state, key) => {
    if (!helpChoice.in(state).isOpen || key === 'ctrl-c') return null;
    return { state: helpChoice.set(state, { isOpen: false }) };
  },
  keys: { '?': open, h: open },
};

/** Sections in one column, or in two where one is too short. */
function helpLines(context: DrawContext, { columns, rows }: Area): string[] {
  const title = titleLine('keys', 'press any key to close', columns, context.theme);
  const lines = [...lookingLines(context, columns), ...otherLines(context, columns)];
  if (lines.length < rows || columns < MIN_TWO_COLUMNS) return [title, ...lines.map(({ painted }) => painted)];
  const width = Math.floor(columns / 2);
  return [title, ...beside(lookingLines(context, width - 1), otherLines(context, width - 1), width)];
}

/** Keys that change what is seen. */
function lookingLines({ panels, theme }: DrawContext, width: number): Piece[] {
  const help = panels.flatMap((panel) => panel.help ?? []).filter(({ controls }) => !controls);
  return section('look', [...help, { keys: 'esc', does: 'go back to the newest' }], width, theme);
}

/** Keys of the views, of the training and of the dashboard itself. */
function otherLines({ panels, ownsTraining, theme }: DrawContext, width: number): Piece[] {
  const control = panels.flatMap((panel) => panel.help ?? []).filter(({ controls }) => controls);
  const leave: KeyHelp[] = [
    { keys: 'q', does: 'leave; the training goes on' },
    { keys: 'ctrl-c', does: ownsTraining ? 'stop the training, and leave' : 'leave; the training goes on' },
    { keys: 'ctrl-z', does: 'suspend the dashboard' },
  ];
  return [
    heading('views', theme),
    ...viewLines(panels, width, theme),
    ...section('control', control, width, theme),
    ...section('leave', leave, width, theme),
  ];
}

function viewLines(panels: readonly Panel[], width: number, theme: Theme): Piece[] {
  const views = viewsOf(panels).map((view, i) => ({
    plain: `${i + 1} ${view}`,
    painted: `${theme.paint('key', `${i + 1}`)} ${view}`,
  }));
  const lines = flow(views, width - INDENT.length, 2);
  return lines.map(({ plain, painted }) => ({ plain: INDENT + plain, painted: INDENT + painted }));
}

function section(title: string, help: readonly KeyHelp[], width: number, theme: Theme): Piece[] {
  const lines = help.map(({ keys, does }) => {
    const key = keys.padEnd(KEY_COLUMNS);
    const text = fitted(does, Math.max(0, width - INDENT.length - KEY_COLUMNS)).trimEnd();
    return { plain: INDENT + key + text, painted: INDENT + theme.paint('key', key) + text };
  });
  return [heading(title, theme), ...lines];
}

function heading(title: string, theme: Theme): Piece {
  return { plain: ` ${title}`, painted: theme.paint('strong', ` ${title}`) };
}

/** Two columns of lines. @param width of the left one */
function beside(left: readonly Piece[], right: readonly Piece[], width: number): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => {
    const { plain, painted } = left[i] ?? { plain: '', painted: '' };
    return painted + ' '.repeat(Math.max(0, width - plain.length)) + (right[i]?.painted ?? '');
  });
}
