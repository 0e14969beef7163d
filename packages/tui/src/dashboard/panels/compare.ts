import { shortNumber } from '../../output/format.ts';
import { cutTo, fitted, textWidth } from '../../output/text-width.ts';
import { curveLabel, LOSS } from '../log/curve-groups.ts';
import type { RunEntry } from '../log/run-entry.ts';
import { settingsOf, smoothedAt } from '../log/run-facts.ts';
import { Choice } from '../state/choice.ts';
import type { DashboardState } from '../state/dashboard-state.ts';
import type { Area, DrawContext, KeyAction, KeyContext, Panel } from '../state/panel.ts';
import { roleOf, runChoice } from './run-choice.ts';
import { hintInView, titleLine } from './text.ts';

const MAX_NAME_COLUMNS = 28;

/** First line shown. */
const compareChoice = new Choice<{ readonly first: number }>(
  'compare',
  { first: 0 },
  { 'another run': ['first'], 'another view': ['first'], escape: ['first'] },
);

/** What differs between the run in focus and another: settings, scores, and losses at the last step that both made. */
export const comparePanel: Panel = {
  id: 'compare',
  wants: { place: 'body', view: { takesAllRows: true }, overview: null },
  render: (context, area) => ({ lines: compareLines(context, area) }),
  choice: compareChoice,
  showsAllRuns: ({ view }) => view === comparePanel.id,
  keys: { up: scrolling(-1), k: scrolling(-1), down: scrolling(1), j: scrolling(1) },
  help: [{ keys: '↑ ↓', does: 'scroll the differences', hint: hintInView('compare', 'scroll') }],
};

function scrolling(by: number): KeyAction {
  return (state, context) => {
    const last = differencesOf(state, context).length - 1;
    return {
      state: compareChoice.set(state, { first: Math.max(0, Math.min(last, compareChoice.in(state).first + by)) }),
    };
  };
}

/** The run that was marked, or the next in the list; null where there is no other. */
function otherRun(state: DashboardState, { run, runs }: KeyContext): RunEntry | null {
  const { marked } = runChoice.in(state);
  const others = runs.filter((other) => other !== run);
  const next = runs[(runs.indexOf(run) + 1) % runs.length];
  return others.find(({ folder }) => folder === marked) ?? others.find((other) => other === next) ?? null;
}

/** A heading, or a value of both runs. */
type Difference = string | { readonly name: string; readonly own: string; readonly other: string };

function differencesOf(state: DashboardState, context: KeyContext): Difference[] {
  const { run } = context;
  const other = otherRun(state, context);
  if (other === null) return [];
  const [own, others] = [settingsOf(run), settingsOf(other)];
  const settings = [...new Set([...own.keys(), ...others.keys()])]
    .map((name) => ({ name, own: own.get(name) ?? '-', other: others.get(name) ?? '-' }))
    .filter((difference) => difference.own !== difference.other);
  const scores = [...new Set([run, other].flatMap(({ log }) => Object.keys(log.state.scores)))].map((name) => ({
    name,
    own: run.log.state.scores[name]?.toFixed(3) ?? '-',
    other: other.log.state.scores[name]?.toFixed(3) ?? '-',
  }));
  const step = Math.min(run.log.series.lastStep, other.log.series.lastStep);
  const names = [...new Set([run, other].flatMap(({ log }) => log.series.names))].filter((name) =>
    name.startsWith(LOSS),
  );
  const losses = names.map((name) => ({
    name: curveLabel(name),
    own: valueText(smoothedAt(run, name, step)),
    other: valueText(smoothedAt(other, name, step)),
  }));
  const section = (title: string, lines: readonly Difference[]) => (lines.length === 0 ? [] : [title, ...lines]);
  return [
    settings.length === 0 ? 'all settings are the same' : 'settings',
    ...settings,
    ...section('last validation', scores),
    ...section(`losses at step ${step}, smoothed`, losses),
  ];
}

function valueText(value: number | null): string {
  return value === null ? '-' : shortNumber(value);
}

function compareLines(context: DrawContext, { columns, rows }: Area): string[] {
  const { run, runs, state, theme } = context;
  const other = otherRun(state, context);
  if (other === null) {
    return [
      titleLine('compare', '', columns, theme),
      theme.paint('dim', ' there is no other run; "instagan monitor A B" shows two'),
    ];
  }
  const all = differencesOf(state, context);
  const lines = all.flatMap((line) => (typeof line === 'string' ? [] : [line]));
  const nameColumns = Math.min(MAX_NAME_COLUMNS, Math.max(0, ...lines.map(({ name }) => textWidth(name))));
  const valueColumns = Math.max(0, Math.floor((columns - nameColumns - 7) / 2));
  const row = (name: string, own: string, others: string) => [
    `   ${fitted(name, nameColumns)}`,
    fitted(own, valueColumns),
    cutTo(others, valueColumns),
  ];
  const [gap, ownName, otherName] = row('', run.name, other.name);
  const count = rows - 2;
  const first = Math.max(0, Math.min(compareChoice.in(state).first, all.length - count));
  const shown = all.slice(first, first + count).map((line) => {
    if (typeof line === 'string') return theme.paint('strong', ` ${cutTo(line, columns - 1)}`);
    const [name, own, others] = row(line.name, line.own, line.other) as [string, string, string];
    return `${theme.paint('dim', name)}  ${own}  ${others}`;
  });
  return [
    titleLine('compare', runs.length > 2 ? 'space in view 5 marks the other run' : '', columns, theme),
    `${gap}  ${theme.paint(roleOf(run, runs), ownName!)}  ${theme.paint(roleOf(other, runs), otherName!)}`,
    ...shown,
  ];
}
