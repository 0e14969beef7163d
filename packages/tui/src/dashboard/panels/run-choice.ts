import type { RunEntry } from '../log/run-entry.ts';
import { factsOf } from '../log/run-facts.ts';
import { passesFilter } from '../log/run-filter.ts';
import { Choice } from '../state/choice.ts';
import type { DashboardState } from '../state/dashboard-state.ts';
import { CURVE_ROLES, type CurveRole } from '../terminal/theme.ts';

/** Which runs are shown, and in what order; of the table and of all that shows several runs. */
export interface RunChoice {
  /** Runs that do not pass it are left out. */
  readonly filter: string;
  /** Whether it is being typed. */
  readonly isTyping: boolean;
  /** Fact of the chosen column. */
  readonly column: string;
  /** Fact by which the table is sorted; null for the order of the runs. */
  readonly sortBy: string | null;
  readonly isDescending: boolean;
  /** Folder of the run that others are compared with; null for none. */
  readonly marked: string | null;
}

export const runChoice = new Choice<RunChoice>(
  'runs',
  { filter: '', isTyping: false, column: 'run', sortBy: null, isDescending: false, marked: null },
  { escape: ['filter', 'sortBy', 'isDescending'] },
);

/** The runs that pass the filter, sorted. */
export function filteredRuns(state: DashboardState, runs: readonly RunEntry[]): readonly RunEntry[] {
  const { filter, sortBy, isDescending } = runChoice.in(state);
  const passing = filter === '' ? runs : runs.filter((run) => passesFilter(run, filter));
  if (sortBy === null) return passing;
  const direction = isDescending ? -1 : 1;
  return passing.toSorted((a, b) => {
    const [x, y] = [factsOf(a).get(sortBy), factsOf(b).get(sortBy)];
    // Runs without the fact are last, whichever the direction.
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    if (typeof x === 'number' && typeof y === 'number') return direction * (x - y);
    return direction * String(x).localeCompare(String(y), undefined, { numeric: true });
  });
}

/** The colour of a run wherever several are shown. With more runs than colours they repeat. */
export function roleOf(run: RunEntry, runs: readonly RunEntry[]): CurveRole {
  return CURVE_ROLES[Math.max(0, runs.indexOf(run)) % CURVE_ROLES.length]!;
}
