import { cutTo, fitted, textWidth } from '../../output/text-width.ts';
import { settingsOf } from '../log/run-facts.ts';
import { Choice } from '../state/choice.ts';
import type { Area, DrawContext, KeyAction, KeyContext, Panel } from '../state/panel.ts';
import type { Theme } from '../terminal/theme.ts';
import { hintInView, titleLine } from './text.ts';

/** First setting shown. */
const settingChoice = new Choice<{ readonly first: number }>(
  'settings',
  { first: 0 },
  { 'another run': ['first'], 'another view': ['first'], escape: ['first'] },
);

/**
 * What the run in focus was started with. The overview shows where it differs from the other runs: what an experiment is
 * about.
 */
export const settingsPanel: Panel = {
  id: 'settings',
  wants: {
    place: 'body',
    view: { takesAllRows: true },
    overview: { column: 'right', importance: 0, minRows: 2, spareRows: 6 },
  },
  rows: (context) => {
    const count = comparedSettings(context).filter(isDifferent).length;
    return count === 0 ? 0 : 1 + count;
  },
  render: (context, area) => ({ lines: settingLines(context, area) }),
  choice: settingChoice,
  showsAllRuns: ({ view }) => view === settingsPanel.id,
  keys: { up: scrolling(-1), k: scrolling(-1), down: scrolling(1), j: scrolling(1) },
  help: [{ keys: '↑ ↓', does: 'scroll the settings', hint: hintInView('settings', 'scroll') }],
};

interface Setting {
  readonly name: string;
  readonly value: string;
  /** Of the runs that have another value. */
  readonly others: readonly { readonly run: string; readonly value: string }[];
}

const isDifferent = ({ others }: Setting) => others.length > 0;

/** The settings of the run in focus; other runs are compared where they have the same setting. */
function comparedSettings({ run, runs }: Pick<KeyContext, 'run' | 'runs'>): Setting[] {
  const others = runs.filter((other) => other !== run).map((other) => ({ run: other.name, values: settingsOf(other) }));
  return [...settingsOf(run)].map(([name, value]) => ({
    name,
    value,
    others: others.flatMap((other) => {
      const otherValue = other.values.get(name) ?? value;
      return otherValue === value ? [] : [{ run: other.run, value: otherValue }];
    }),
  }));
}

function scrolling(by: number): KeyAction {
  return (state, context) => {
    const first = Math.min(comparedSettings(context).length - 1, settingChoice.in(state).first + by);
    return { state: settingChoice.set(state, { first: Math.max(0, first) }) };
  };
}

function settingLines(context: DrawContext, { columns, rows }: Area): string[] {
  const { state, theme } = context;
  const all = comparedSettings(context);
  const different = all.filter(isDifferent);
  const isView = state.view === settingsPanel.id;
  const shown = isView
    ? all.slice(Math.min(settingChoice.in(state).first, Math.max(0, all.length - rows + 1)))
    : different;
  const note = different.length === 0 ? '' : `${different.length} differ between the runs`;
  const title = titleLine('settings', note, columns, theme);
  if (all.length === 0) {
    const isJob = context.run.log.state.job !== null;
    return [title, theme.paint('dim', isJob ? ' none: a job has those of its model' : ' none yet')];
  }
  const nameColumns = Math.max(...shown.map(({ name }) => textWidth(name)));
  return [title, ...shown.map((setting) => settingLine(setting, nameColumns, columns, theme))];
}

/** Name, value, and the values of other runs, cut to the width. */
function settingLine(setting: Setting, nameColumns: number, columns: number, theme: Theme): string {
  const name = ` ${fitted(setting.name, nameColumns)}  `;
  const left = Math.max(0, columns - textWidth(name));
  const value = cutTo(setting.value, left);
  const others = setting.others.map((other) => `  ${other.run}: ${other.value}`).join('');
  const rest = cutTo(others, left - textWidth(value));
  const role = isDifferent(setting) ? 'accent' : 'plain';
  return theme.paint('dim', name) + theme.paint(role, value) + theme.paint('dim', rest);
}
