import { LOSS, SCORE } from './curve-groups.ts';
import type { RunEntry } from './run-entry.ts';

/** What is known of a run by name: `run`, `state`, `step`, `s/step`, its settings, `scores.*` and `losses.*`. */
export type RunFacts = ReadonlyMap<string, string | number>;

/** Weight of the past for each logged step, of the losses. */
const SMOOTHING = 0.9;
/** By run: what was found when it had come so far. */
const known = new WeakMap<RunEntry, { readonly when: string; readonly facts: RunFacts }>();

/** What is known of a run, with its losses smoothed; the same until it changes. */
export function factsOf(run: RunEntry): RunFacts {
  const { series, state } = run.log;
  const when = `${run.name} ${run.status} ${state.startedMs} ${state.step} ${series.names.length}`;
  let entry = known.get(run);
  if (entry?.when !== when) {
    entry = { when, facts: findFacts(run) };
    known.set(run, entry);
  }
  return entry.facts;
}

/** Value of a curve at a step, smoothed; null where it has none. */
export function smoothedAt({ log: { series } }: RunEntry, name: string, step: number): number | null {
  return series.points(name, 0, step, 1, SMOOTHING).smoothed.at(-1) ?? null;
}

function findFacts(run: RunEntry): RunFacts {
  const { series, state } = run.log;
  const facts = new Map<string, string | number>([
    ['run', run.name],
    ['state', run.status],
    ['step', state.step],
  ]);
  const pace = state.secondsPerStep();
  if (pace !== null) facts.set('s/step', pace);
  for (const [name, value] of settingsOf(run)) {
    const number = Number(value);
    facts.set(name, value.trim() === '' || Number.isNaN(number) ? value : number);
  }
  for (const [name, score] of Object.entries(state.scores)) facts.set(SCORE + name, score);
  for (const name of series.names) {
    if (!name.startsWith(LOSS)) continue;
    const value = smoothedAt(run, name, series.lastStep);
    if (value !== null) facts.set(name, value);
  }
  return facts;
}

const NONE: ReadonlyMap<string, string> = new Map();
/** By configuration: a run's stays the same from frame to frame. */
const knownSettings = new WeakMap<object, ReadonlyMap<string, string>>();

/** The settings of a run as text, by dotted name: `weights.cycle`. */
export function settingsOf({ log }: RunEntry): ReadonlyMap<string, string> {
  const config = log.state.started?.config;
  if (typeof config !== 'object' || config === null) return NONE;
  let values = knownSettings.get(config);
  if (values === undefined) {
    values = new Map(entriesOf(config, ''));
    knownSettings.set(config, values);
  }
  return values;
}

function entriesOf(group: object, prefix: string): [name: string, value: string][] {
  return Object.entries(group).flatMap(([key, value]): [string, string][] => {
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isGroup
      ? entriesOf(value, `${prefix}${key}.`)
      : [[prefix + key, Array.isArray(value) ? JSON.stringify(value) : String(value)]];
  });
}

/** Names of the settings in which runs differ that have them. */
export function differingSettings(runs: readonly RunEntry[]): string[] {
  const values = new Map<string, string>();
  const differing = new Set<string>();
  for (const run of runs) {
    for (const [name, value] of settingsOf(run)) {
      if ((values.get(name) ?? value) !== value) differing.add(name);
      values.set(name, value);
    }
  }
  return [...values.keys()].filter((name) => differing.has(name));
}
