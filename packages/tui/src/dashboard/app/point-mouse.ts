import { type DashboardState, OVERVIEW, viewsOf, withView } from '../state/dashboard-state.ts';
import type { DrawContext, KeyResult, Panel } from '../state/panel.ts';
import type { MouseInput } from '../terminal/input-reader.ts';
import type { Frame } from './frame.ts';
import { pressKey } from './press-key.ts';

/** Lines that a turn of the wheel scrolls. */
const WHEEL_LINES = 3;

/**
 * What the mouse leads to on what is on the screen: the panel where its button went down takes it, else the wheel presses the
 * arrows there, and a click opens the panel's view, or goes back from it to the overview where its title is clicked.
 */
export function pointMouse(state: DashboardState, input: MouseInput, { places, context }: Frame): KeyResult {
  if (context === null) return {};
  const current: DrawContext = { ...context, state };
  const { from, action } = input;
  const place = places.find(
    ({ area }) =>
      from.column >= area.column &&
      from.column < area.column + area.columns &&
      from.row >= area.row &&
      from.row < area.row + area.rows,
  );
  if (place === undefined) return {};
  const { panel, area } = place;
  if (panel.wants.place === 'cover') return pointCover(state, panel, action, current);
  const isTitle = from.row === area.row;
  const own = isTitle ? null : (panel.mouse?.(current, input, area) ?? null);
  if (own !== null) return own;
  if (action === 'wheel-up' || action === 'wheel-down') {
    const key = action === 'wheel-up' ? 'up' : 'down';
    let next = state;
    for (let i = 0; i < WHEEL_LINES; i++) next = panel.keys?.[key]?.(next, current).state ?? next;
    return { state: next };
  }
  if (action !== 'release') return {};
  if (state.view === panel.id) return isTitle ? { state: withView(state, OVERVIEW, current.panels) } : {};
  return viewsOf(current.panels).includes(panel.id) ? { state: withView(state, panel.id, current.panels) } : {};
}

/** On a list that lies over the others the wheel moves, and a click closes it. */
function pointCover(
  state: DashboardState,
  panel: Panel,
  action: MouseInput['action'],
  context: DrawContext,
): KeyResult {
  const keys = { 'wheel-up': 'up', 'wheel-down': 'down', release: 'escape' } as const;
  const key = keys[action as keyof typeof keys];
  return key === undefined ? {} : (panel.capture?.(state, key, context) ?? pressKey(state, key, context));
}
