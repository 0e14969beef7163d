import type { Key } from 'ink';

/** What comes from the person at the keyboard. */
export type TerminalInput =
  /** A character or the name of a key. */
  | { readonly kind: 'key'; readonly key: string }
  /** Text from the clipboard, as a terminal with bracketed paste marks it. */
  | { readonly kind: 'paste'; readonly text: string }
  | MouseInput;

/** What the mouse does, at a place of the screen in characters from 0. */
export interface MouseInput {
  readonly kind: 'mouse';
  readonly action: 'press' | 'drag' | 'release' | 'wheel-up' | 'wheel-down';
  readonly column: number;
  readonly row: number;
  /** Where the button went down; of the wheel the same place. */
  readonly from: { readonly column: number; readonly row: number };
}

/** Modes that make a terminal report its mouse (buttons, wheel and dragging, as SGR), and unmake it. */
export const MOUSE = { on: '\u001b[?1002h\u001b[?1006h', off: '\u001b[?1006l\u001b[?1002l' } as const;

/** Modes that make a terminal mark pasted text, and unmake it. */
export const BRACKETED_PASTE = { on: '\u001b[?2004h', off: '\u001b[?2004l' } as const;

const PASTE_BEGINS = '[200~';
const PASTE_ENDS = '[201~';
/** A paste whose end got lost is over after such a silence. */
const PASTE_SILENCE_MS = 1000;

/** `[<0;12;5M`: buttons and modifiers, column and row from 1, `m` where a button goes up. */
const SGR_MOUSE = /^\[<(\d+);(\d+);(\d+)([Mm])$/;
const MOTION = 32;
const WHEEL = 64;
/** Which button or way of the wheel, without shift, alt and control. */
const BUTTON = 3;

const NAMED = ['return', 'escape', 'tab', 'backspace'] as const;

/** Keys that came together with others, as over a slow line. */
const CHARACTERS: Readonly<Record<string, string>> = {
  '\r': 'return',
  '\n': 'return',
  '\t': 'tab',
  '\b': 'backspace',
  '\u007f': 'backspace',
  '\u0003': 'ctrl-c',
};

/** Turns what Ink reads from the terminal into what the dashboard acts on. */
export class InputReader {
  readonly #nowMs: () => number;
  /** What was pasted so far, while a paste is on its way. */
  #pasted: { text: string; atMs: number } | null = null;

  /** Where the button of the mouse went down. */
  #pressedAt: MouseInput['from'] | null = null;

  /** The clock is for tests. */
  constructor(nowMs = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Takes one of Ink's inputs, which is an escape sequence or the characters between two. */
  take(input: string, key: Key): TerminalInput[] {
    const nowMs = this.#nowMs();
    if (input === PASTE_BEGINS) {
      this.#pasted = { text: '', atMs: nowMs };
      return [];
    }
    const pasted = this.#pasted;
    if (pasted !== null && nowMs - pasted.atMs < PASTE_SILENCE_MS) {
      if (input !== PASTE_ENDS) {
        this.#pasted = { text: pasted.text + input, atMs: nowMs };
        return [];
      }
      this.#pasted = null;
      return [{ kind: 'paste', text: pasted.text }];
    }
    this.#pasted = null;
    if (input === PASTE_ENDS) return [];
    const mouse = SGR_MOUSE.exec(input);
    if (mouse !== null)
      return this.#takeMouse(Number(mouse[1]), Number(mouse[2]) - 1, Number(mouse[3]) - 1, mouse[4] === 'm');
    return keyNames(input, key).map((name) => ({ kind: 'key', key: name }));
  }

  /** The wheel, and the left button: the others are the terminal's. */
  #takeMouse(buttons: number, column: number, row: number, isUp: boolean): MouseInput[] {
    const at = { column, row };
    const button = buttons & BUTTON;
    if ((buttons & WHEEL) !== 0) {
      if (button > 1) return [];
      return [{ kind: 'mouse', action: button === 0 ? 'wheel-up' : 'wheel-down', ...at, from: at }];
    }
    const from = this.#pressedAt;
    if (button !== 0 || (from === null && (isUp || (buttons & MOTION) !== 0))) return [];
    if (isUp) this.#pressedAt = null;
    else if ((buttons & MOTION) === 0) this.#pressedAt = at;
    const action = isUp ? 'release' : (buttons & MOTION) !== 0 ? 'drag' : 'press';
    return [{ kind: 'mouse', action, ...at, from: action === 'press' || from === null ? at : from }];
  }
}

/** Keys as the dashboard calls them. */
function keyNames(input: string, key: Key): string[] {
  if (key.ctrl) return /^[clz]$/.test(input) ? [`ctrl-${input}`] : [];
  if (key.leftArrow) return ['left'];
  if (key.rightArrow) return ['right'];
  if (key.upArrow) return ['up'];
  if (key.downArrow) return ['down'];
  if (key.pageUp) return ['pageup'];
  if (key.pageDown) return ['pagedown'];
  if (key.delete) return ['backspace'];
  const named = NAMED.find((name) => key[name]);
  if (named !== undefined) return [named];
  return key.meta ? [] : [...input].map((character) => CHARACTERS[character] ?? character);
}
