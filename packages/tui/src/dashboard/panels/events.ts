import { fitted } from '../../output/text-width.ts';
import { Choice } from '../app/choice.ts';
import type { FeedEntry } from '../log/run-state.ts';
import type { Role } from '../terminal/theme.ts';
import type { Area, DrawContext, KeyAction, Panel } from './panel.ts';
import { titleLine } from './text.ts';

const ROWS = 5;
const PAGE_LINES = 10;
const HEAD_COLUMNS = 18;
const FEED_ROLES: Readonly<Record<FeedEntry['kind'], Role>> = { alarm: 'alarm', warning: 'warning', note: 'plain' };

/** Lines back from the end. */
const eventChoice = new Choice<{ readonly scroll: number }>(
  'events',
  { scroll: 0 },
  { 'another view': ['scroll'], escape: ['scroll'] },
);

/** What happened in the run, newest last. */
export const eventsPanel: Panel = {
  id: 'events',
  wants: {
    place: 'body',
    view: { takesAllRows: true },
    overview: { column: 'right', widthShare: 0.36, importance: 1, minRows: ROWS, spareRows: 6, fills: true },
  },
  rows: () => ROWS,
  render: (context, area) => ({ lines: eventLines(context, area) }),
  choice: eventChoice,
  keys: {
    up: scrolling(1),
    k: scrolling(1),
    down: scrolling(-1),
    j: scrolling(-1),
    pageup: scrolling(PAGE_LINES),
    pagedown: scrolling(-PAGE_LINES),
  },
  help: [{ keys: '↑ ↓', does: 'scroll the events' }],
};

function scrolling(lines: number): KeyAction {
  return (state, { run }) => {
    const scroll = Math.min(run.log.state.feed.length, Math.max(0, eventChoice.in(state).scroll + lines));
    return { state: eventChoice.set(state, { scroll }) };
  };
}

function eventLines({ run, state, theme }: DrawContext, { columns, rows }: Area): string[] {
  const { feed } = run.log.state;
  const count = rows - 1;
  const end = Math.max(Math.min(count, feed.length), feed.length - eventChoice.in(state).scroll);
  const note = end < feed.length ? `${feed.length - end} more below` : '';
  return [
    titleLine('events', note, columns, theme),
    ...feed.slice(Math.max(0, end - count), end).map(({ timeMs, step, kind, text }) => {
      const time = new Date(timeMs).toTimeString().slice(0, 8);
      const head = ` ${time} ${step ?? ''}`.padEnd(HEAD_COLUMNS);
      return theme.paint('dim', head) + theme.paint(FEED_ROLES[kind], fitted(text, Math.max(0, columns - head.length)));
    }),
  ];
}
