import type { DashboardState } from '../state/dashboard-state.ts';
import type { KeyResult } from '../state/panel.ts';
import { type PressContext, pressKey } from './press-key.ts';

/**
 * What pasted text leads to: where text is being typed its first line is typed, and anywhere else it presses no key.
 *
 * @param text as it was in the clipboard
 */
export function pasteText(state: DashboardState, text: string, context: PressContext): KeyResult {
  const isTyping = context.panels.some(({ takesText }) => takesText?.(state));
  if (!isTyping) {
    return { effect: { kind: 'message', text: 'Pasted text presses no keys here.' } };
  }
  const [line = ''] = text.trim().split(/[\r\n]/);
  const typed = [...line].reduce((next, character) => pressKey(next, character, context).state ?? next, state);
  return { state: typed };
}
