import { fitted } from '../../output/text-width.ts';
import { viewsOf } from '../app/dashboard-state.ts';
import type { DrawContext, Panel } from './panel.ts';
import { flow } from './text.ts';

/** The keys that matter now, on one line; or what was just said to the person at the keyboard. */
export const keyLinePanel: Panel = {
  id: 'key-line',
  wants: { place: 'bottom' },
  render: (context, { columns }) => {
    const { message, theme } = context;
    if (message !== null) return { lines: [theme.paint('accent', fitted(` ${message}`, columns))] };
    const pieces = hintsOf(context).map(([key, text]) => ({
      plain: `${key} ${text}`,
      painted: `${theme.paint('key', key)} ${theme.paint('dim', text)}`,
    }));
    return { lines: [` ${flow(pieces, columns - 2, 2)[0]?.painted ?? ''}`] };
  },
};

function hintsOf(context: DrawContext): (readonly [key: string, text: string])[] {
  const { panels } = context;
  const hints = panels.flatMap(({ help = [] }) =>
    help.flatMap(({ keys, hint = null }) => {
      const text = typeof hint === 'function' ? hint(context) : hint;
      return text === null ? [] : [[keys.replaceAll(' ', ''), text] as const];
    }),
  );
  return [['q', 'leave'], ['?', 'help'], [`1-${viewsOf(panels).length}`, 'views'], ...hints];
}
