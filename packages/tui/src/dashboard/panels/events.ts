import { fitted, wrapped } from '../../output/text-width.ts';
import type { FeedEntry } from '../log/run-state.ts';
import { Choice } from '../state/choice.ts';
import type { Area, DrawContext, KeyAction, Panel } from '../state/panel.ts';
import type { Role, Theme } from '../terminal/theme.ts';
import { hintInView, titleLine } from './text.ts';

const ROWS = 5;
const PAGE_ENTRIES = 10;
const HEAD_COLUMNS = 18;
/** Longer events are cut until they are opened. */
const MAX_LINES = 3;
const FEED_ROLES: Readonly<Record<FeedEntry['kind'], Role>> = { alarm: 'alarm', warning: 'warning', note: 'plain' };

/** The chosen event, counted back from the newest; null for none. */
const eventChoice = new Choice<{ readonly chosen: number | null; readonly isOpen: boolean }>(
  'events',
  { chosen: null, isOpen: false },
  { 'another run': ['chosen', 'isOpen'], 'another view': ['chosen', 'isOpen'], escape: ['chosen', 'isOpen'] },
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
    up: choosing(1),
    k: choosing(1),
    down: choosing(-1),
    j: choosing(-1),
    pageup: choosing(PAGE_ENTRIES),
    pagedown: choosing(-PAGE_ENTRIES),
    return: (state) => {
      const { chosen, isOpen } = eventChoice.in(state);
      return { state: eventChoice.set(state, { chosen: chosen ?? 0, isOpen: !isOpen }) };
    },
  },
  help: [
    { keys: '↑ ↓', does: 'choose an event', hint: hintInView('events', 'choose') },
    { keys: 'return', does: 'open the event, or close it', hint: hintInView('events', 'open') },
  ],
};

function choosing(by: number): KeyAction {
  return (state, { run }) => {
    const last = eventChoice.in(state).chosen;
    const next = Math.min(run.log.state.feed.length - 1, (last ?? -1) + by);
    return { state: eventChoice.set(state, { chosen: next < 0 ? null : next, isOpen: false }) };
  };
}

function eventLines({ run, state, theme }: DrawContext, { columns, rows }: Area): string[] {
  const { feed } = run.log.state;
  const { chosen: back, isOpen } = eventChoice.in(state);
  const chosen = back === null || state.view !== eventsPanel.id ? null : feed.length - 1 - back;
  const linesOf = (i: number) => entryLines(feed[i]!, columns, { isChosen: i === chosen, isOpen }, theme);
  const count = rows - 1;
  const newest: string[] = [];
  let first = feed.length;
  while (first > 0 && newest.length < count) newest.unshift(...linesOf(--first));
  const isCut = newest.length > count;
  if (chosen === null || chosen > first || (chosen === first && !isCut)) {
    return [titleLine('events', '', columns, theme), ...newest.slice(-count)];
  }
  const shown: string[] = [];
  let next = chosen;
  while (next < feed.length && shown.length < count) shown.push(...linesOf(next++));
  const note = next < feed.length ? `${feed.length - next} more below` : '';
  return [titleLine('events', note, columns, theme), ...shown.slice(0, count)];
}

/** Time, step and text of an event, in as many lines as it needs. */
function entryLines(
  { timeMs, step, kind, text }: FeedEntry,
  columns: number,
  { isChosen, isOpen }: { readonly isChosen: boolean; readonly isOpen: boolean },
  theme: Theme,
): string[] {
  const time = new Date(timeMs).toTimeString().slice(0, 8);
  const head = fitted(` ${time} ${step ?? ''}`, HEAD_COLUMNS);
  const width = Math.max(1, columns - HEAD_COLUMNS);
  const lines = wrapped(text, width);
  const maxLines = isChosen && isOpen ? lines.length : MAX_LINES;
  const rest = lines.slice(maxLines - 1).join(' ');
  return [...lines.slice(0, maxLines - 1), ...(rest === '' ? [] : [fitted(rest, width)])].map((line, i) => {
    const start = i === 0 ? head : ' '.repeat(HEAD_COLUMNS);
    if (isChosen) return theme.inverse(fitted(start + line, columns));
    return theme.paint('dim', start) + theme.paint(FEED_ROLES[kind], line);
  });
}
