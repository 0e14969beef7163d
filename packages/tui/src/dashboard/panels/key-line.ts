import { fitted } from '../../output/text-width.ts';
import { viewsOf } from '../state/dashboard-state.ts';
import type { DrawContext, Panel } from '../state/panel.ts';
import { flow } from './text.ts';

/** Lines for the keys of a view that has the screen to itself. */
const VIEW_LINES = 2;

/**
 * The keys that matter now: those of the view, and below them those that always work; or what was just said to the person at
 * the keyboard.
 */
export const keyLinePanel: Panel = {
  id: 'key-line',
  wants: { place: 'bottom' },
  keys: { m: () => ({ effect: { kind: 'switch-mouse' } }) },
  help: [{ keys: 'm', does: 'let the mouse select text' }],
  render: (context, { columns }) => {
    const { message, panels, state, theme } = context;
    const own = panels.filter(({ id }) => id === state.view);
    const others = own.length === 0 ? panels : panels.filter(({ wants }) => wants.place !== 'body');
    const general: Hint[] = [
      ['q', 'leave'],
      ['?', 'help'],
      [`1-${viewsOf(panels).length}`, 'views'],
    ];
    const lines = [
      ...hintLines(context, hintsOf(context, own), columns, VIEW_LINES),
      ...hintLines(context, [...general, ...hintsOf(context, others)], columns, 1),
    ];
    if (message === null) return { lines };
    return { lines: [...lines.slice(0, -1), theme.paint('accent', fitted(` ${message}`, columns))] };
  },
};

type Hint = readonly [key: string, text: string];

function hintsOf(context: DrawContext, panels: readonly Panel[]): Hint[] {
  return panels.flatMap(({ help = [] }) =>
    help.flatMap(({ keys, hint = null }): Hint[] => {
      const text = typeof hint === 'function' ? hint(context) : hint;
      return text === null ? [] : [[keys.replaceAll(' ', ''), text]];
    }),
  );
}

function hintLines({ theme }: DrawContext, hints: readonly Hint[], columns: number, maxLines: number): string[] {
  const pieces = hints.map(([key, text]) => ({
    plain: `${key} ${text}`,
    painted: `${theme.paint('key', key)} ${theme.paint('dim', text)}`,
  }));
  return flow(pieces, columns - 2, 2)
    .slice(0, maxLines)
    .map(({ painted }) => ` ${painted}`);
}
