import { type CurveGroup, curveGroups, SCORE } from '../log/curve-groups.ts';
import type { RunEntry } from '../log/run-entry.ts';
import { Choice } from '../state/choice.ts';
import type { DashboardState } from '../state/dashboard-state.ts';
import type { KeyContext } from '../state/panel.ts';
import { filteredRuns } from './run-choice.ts';

/** Weight of the past for each logged step. */
export const SMOOTHINGS = [0, 0.6, 0.9, 0.97, 0.99] as const;

/** Which curves are drawn, and how; of the panel that draws them and of the list that they are chosen from. */
export interface CurveChoice {
  readonly isLog: boolean;
  /** Index in {@link SMOOTHINGS}. */
  readonly smoothing: number;
  readonly showsRaw: boolean;
  /** Whether each curve is drawn for all runs. */
  readonly isOverlaid: boolean;
  /** Index of the group of curves shown. */
  readonly group: number;
  /** Curves chosen by hand, instead of a group. */
  readonly chosen: readonly string[] | null;
  /** Row of the list of curves, while it is open. */
  readonly pickerRow: number | null;
  /** Steps shown; null for all. */
  readonly range: StepRange | null;
  /** Step whose values are told; null for the last. */
  readonly cursor: number | null;
  /** Step where the mouse began to mark a range; null while it does not. */
  readonly markedStep: number | null;
}

export interface StepRange {
  readonly from: number;
  readonly to: number;
}

export const curveChoice = new Choice<CurveChoice>(
  'curves',
  {
    isLog: false,
    smoothing: 2,
    showsRaw: true,
    isOverlaid: false,
    group: 0,
    chosen: null,
    pickerRow: null,
    range: null,
    cursor: null,
    markedStep: null,
  },
  { 'another run': ['cursor', 'markedStep'], escape: ['cursor', 'range', 'markedStep'] },
);

/** The curves of a run that are drawn. @param offset groups behind the chosen one */
export function shownCurves(run: RunEntry, { chosen, group }: CurveChoice, offset = 0): CurveGroup {
  if (chosen !== null) return { title: 'chosen curves', names: chosen };
  const groups = curveGroups(run.log.series.names);
  return groups[(group + offset) % Math.max(1, groups.length)] ?? { title: 'losses', names: [] };
}

/** The runs that are shown: that in focus, or all of its kind, trainings or jobs, that pass the filter. */
export function drawnRuns(state: DashboardState, { run, runs }: KeyContext): readonly RunEntry[] {
  if (!curveChoice.in(state).isOverlaid) return [run];
  const isJob = ({ log }: RunEntry) => log.state.job !== null;
  const shown = filteredRuns(state, runs).filter((other) => isJob(other) === isJob(run));
  return shown.length === 0 ? [run] : shown;
}

/** The last step of the runs that are drawn, at least 1. */
export function lastDrawnStep(state: DashboardState, context: KeyContext): number {
  return Math.max(1, ...drawnRuns(state, context).map((run) => run.log.series.lastStep));
}

/** The steps that are shown. */
export function rangeOf(state: DashboardState, context: KeyContext): StepRange {
  return curveChoice.in(state).range ?? { from: 0, to: lastDrawnStep(state, context) };
}

/** Weight of the past for the curves of a group: scores of thousands of pixels need none, and there are few. */
export function smoothingOf(state: DashboardState, { names }: CurveGroup): number {
  const isScored = names.every((name) => name.startsWith(SCORE));
  return isScored ? 0 : (SMOOTHINGS[curveChoice.in(state).smoothing] as number);
}

/** How curves are drawn, for the title of a chart. */
export function chartNotes(state: DashboardState, smoothing: number): string[] {
  const { isLog, range } = curveChoice.in(state);
  const notes = [isLog ? 'log' : 'linear', smoothing === 0 ? 'not smoothed' : `smoothed ${smoothing}`];
  if (range !== null) notes.push(`steps ${Math.round(range.from)} to ${Math.round(range.to)}`);
  return notes;
}
