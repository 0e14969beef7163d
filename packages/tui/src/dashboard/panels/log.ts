import { wrapped } from '../../output/text-width.ts';
import { Choice } from '../state/choice.ts';
import type { Area, DrawContext, KeyAction, KeyContext, Panel } from '../state/panel.ts';
import type { Role } from '../terminal/theme.ts';
import { hintInView, titleLine } from './text.ts';

const PAGE_LINES = 10;

/** Lines back from the end. */
const logChoice = new Choice<{ readonly scroll: number }>(
  'log',
  { scroll: 0 },
  { 'another run': ['scroll'], 'another view': ['scroll'], escape: ['scroll'] },
);

/** What the training of the run in focus printed: its `train.log`. */
export const logPanel: Panel = {
  id: 'log',
  wants: { place: 'body', view: { takesAllRows: true }, overview: null },
  render: (context, area) => ({ lines: logLines(context, area) }),
  choice: logChoice,
  keys: {
    up: scrolling(1),
    k: scrolling(1),
    down: scrolling(-1),
    j: scrolling(-1),
    pageup: scrolling(PAGE_LINES),
    pagedown: scrolling(-PAGE_LINES),
  },
  help: [{ keys: '↑ ↓', does: 'scroll the log', hint: hintInView('log', 'scroll') }],
};

function scrolling(lines: number): KeyAction {
  return (state, context) => {
    const last = wrappedOutput(context, context.columns).length - 1;
    const scroll = Math.max(0, Math.min(last, logChoice.in(state).scroll + lines));
    return { state: logChoice.set(state, { scroll }) };
  };
}

interface Line {
  readonly text: string;
  readonly role: Role;
}

function wrappedOutput({ output }: KeyContext, columns: number): Line[] {
  return (output ?? []).flatMap((line) => {
    const role = line.startsWith('instagan: ') ? 'alarm' : /\bwarning\b/i.test(line) ? 'warning' : 'plain';
    return wrapped(line, columns - 1).map((text): Line => ({ text, role }));
  });
}

function logLines(context: DrawContext, { columns, rows }: Area): string[] {
  const { output, run, state, theme } = context;
  if (output === null) {
    const text =
      run.log.state.job === null
        ? 'none: only a training that runs in the background writes one (train on a terminal, or train --detach)'
        : 'none: a job prints to its own terminal';
    return [
      titleLine('log', '', columns, theme),
      ...wrapped(text, columns - 1).map((line) => theme.paint('dim', ` ${line}`)),
    ];
  }
  const lines = wrappedOutput(context, columns);
  const count = rows - 1;
  const end = Math.max(Math.min(count, lines.length), lines.length - logChoice.in(state).scroll);
  const note = end < lines.length ? `${lines.length - end} more below` : '';
  return [
    titleLine('log', note, columns, theme),
    ...lines.slice(Math.max(0, end - count), end).map(({ text, role }) => theme.paint(role, ` ${text}`)),
  ];
}
