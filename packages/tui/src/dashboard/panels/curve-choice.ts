import { Choice } from '../app/choice.ts';
import type { DashboardState } from '../app/dashboard-state.ts';
import { type CurveGroup, curveGroups } from '../log/curve-groups.ts';
import type { RunEntry } from '../log/run-entry.ts';
import type { KeyContext } from './panel.ts';

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
  },
  { 'another run': ['cursor'], escape: ['cursor', 'range'] },
);

/** The curves of a run that are drawn. @param offset groups behind the chosen one */
export function shownCurves(run: RunEntry, { chosen, group }: CurveChoice, offset = 0): CurveGroup {
  if (chosen !== null) return { title: 'chosen curves', names: chosen };
  const groups = curveGroups(run.log.series.names);
  return groups[(group + offset) % Math.max(1, groups.length)] ?? { title: 'losses', names: [] };
}

/** The runs whose curves are drawn. */
export function drawnRuns(state: DashboardState, { run, runs }: KeyContext): readonly RunEntry[] {
  return curveChoice.in(state).isOverlaid ? runs : [run];
}

/** The last step of the runs that are drawn, at least 1. */
export function lastDrawnStep(state: DashboardState, context: KeyContext): number {
  return Math.max(1, ...drawnRuns(state, context).map((run) => run.log.series.lastStep));
}
