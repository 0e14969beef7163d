import type { RunEntry } from '../log/run-entry.ts';
import type { Occasion } from './choice.ts';
import type { Panel } from './panel.ts';

/** The view that shows every panel that finds room. */
export const OVERVIEW = 'overview';

/** What the person at the keyboard chose to see. Plain data: keys turn one state into the next. */
export interface DashboardState {
  /** {@link OVERVIEW}, or the id of the panel that has the screen to itself. */
  readonly view: string;
  /** Folder of the run in focus; null for the first. */
  readonly focus: string | null;
  /** What was chosen in the panels; read and changed through a {@link Choice}. */
  readonly choices: Readonly<Record<string, object>>;
}

export const INITIAL_STATE: DashboardState = { view: OVERVIEW, focus: null, choices: {} };

/** The names of the views, in the order of their number keys: the overview, then those of the panels. */
export function viewsOf(panels: readonly Panel[]): string[] {
  return [OVERVIEW, ...panels.filter(({ wants }) => wants.place === 'body' && wants.view !== null).map(({ id }) => id)];
}

/** The run in focus, or the first where it is gone; null where there is none. */
export function focusedRun({ focus }: DashboardState, runs: readonly RunEntry[]): RunEntry | null {
  return runs.find(({ folder }) => folder === focus) ?? runs[0] ?? null;
}

export function withFocus(state: DashboardState, folder: string | null, panels: readonly Panel[]): DashboardState {
  return folder === state.focus ? state : after('another run', { ...state, focus: folder }, panels);
}

export function withView(state: DashboardState, view: string, panels: readonly Panel[]): DashboardState {
  return after('another view', { ...state, view }, panels);
}

/** The state after an occasion that some choices do not outlive. */
export function after(occasion: Occasion, state: DashboardState, panels: readonly Panel[]): DashboardState {
  return panels.reduce((next, { choice }) => choice?.after(occasion, next) ?? next, state);
}
