import { after, type DashboardState, viewsOf, withView } from '../state/dashboard-state.ts';
import type { KeyContext, KeyResult, Panel } from '../state/panel.ts';

/** What keys are pressed on, where there may be no run yet. */
export type PressContext = Omit<KeyContext, 'run'> & { readonly run: KeyContext['run'] | null };

/**
 * What a key leads to: a panel that is open takes it, then the dashboard itself, then the panels.
 *
 * @param key a character, or a {@link KeyName}
 */
export function pressKey(state: DashboardState, key: string, context: PressContext): KeyResult {
  if (key === 'ctrl-z') return { effect: { kind: 'suspend' } };
  if (key === 'ctrl-l') return { effect: { kind: 'redraw' } };
  const { run, panels } = context;
  if (run === null) return key === 'q' || key === 'ctrl-c' ? { effect: { kind: 'leave' } } : {};
  const withRun: KeyContext = { ...context, run };
  for (const { capture } of panels) {
    const result = capture?.(state, key, withRun);
    if (result) return result;
  }
  if (key === 'ctrl-c') return interrupt(withRun);
  if (key === 'q') return { effect: { kind: 'leave' } };
  if (key === 'escape') return { state: after('escape', state, panels) };
  const view = /^[1-9]$/.test(key) ? viewsOf(panels)[Number(key) - 1] : undefined;
  if (view !== undefined) return { state: withView(state, view, panels) };
  return (
    listeners(state, panels)
      .find(({ keys }) => keys?.[key] !== undefined)
      ?.keys?.[key]?.(state, withRun) ?? {}
  );
}

/** The panels that take keys, in turn: that of the view first, and none that only its own view shows. */
function listeners({ view }: DashboardState, panels: readonly Panel[]): Panel[] {
  const isListening = ({ id, wants }: Panel) => wants.place !== 'body' || wants.overview !== null || id === view;
  const listening = panels.filter(isListening);
  return [...listening.filter(({ id }) => id === view), ...listening.filter(({ id }) => id !== view)];
}

/** Ctrl-C stops a training that was started from here, and leaves any other alone. */
function interrupt({ ownsTraining, run }: KeyContext): KeyResult {
  if (!ownsTraining || !run.isTraining) return { effect: { kind: 'leave' } };
  return { effect: { kind: 'control', command: { command: 'stop' } } };
}
