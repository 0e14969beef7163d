import type { Key } from 'ink';

/** What comes from the person at the keyboard. */
export type TerminalInput =
  /** A character or the name of a key. */
  | { readonly kind: 'key'; readonly key: string }
  /** Text from the clipboard, as a terminal with bracketed paste marks it. */
  | { readonly kind: 'paste'; readonly text: string };

/** Modes that make a terminal mark pasted text, and unmake it. */
export const BRACKETED_PASTE = { on: '\u001b[?2004h', off: '\u001b[?2004l' } as const;

const PASTE_BEGINS = '[200~';
const PASTE_ENDS = '[201~';
/** A paste whose end got lost is over after such a silence. */
const PASTE_SILENCE_MS = 1000;

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
    return input === PASTE_ENDS ? [] : keyNames(input, key).map((name) => ({ kind: 'key', key: name }));
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
