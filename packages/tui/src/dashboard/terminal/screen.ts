import sliceAnsi from 'slice-ansi';
import { BRACKETED_PASTE, MOUSE } from './input-reader.ts';

/** Something laid over the text of a frame, at a place in characters from 0. The text below it should be blank. */
export interface Overlay {
  /** Changes when what is shown does. */
  readonly key: string;
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
  readonly content: TextOverlay | GraphicsOverlay;
}

/** Lines of exactly the overlay's width. */
export interface TextOverlay {
  readonly kind: 'text';
  readonly lines: readonly string[];
}

/** A picture that the terminal draws from the cursor on. */
export interface GraphicsOverlay {
  readonly kind: 'graphics';
  readonly show: string;
  /** Takes it away; empty where text written over it does. */
  readonly hide: string;
}

interface Frame {
  readonly lines: readonly string[];
  readonly overlays: readonly Overlay[];
}

/** At most ten redraws a second. */
export const REDRAW_INTERVAL_MS = 100;
const ENTER = `\u001b[?1049h\u001b[?25l\u001b[?7l${BRACKETED_PASTE.on}\u001b[22;2t\u001b[2J`;
const LEAVE = `\u001b[0m\u001b[?2026l${BRACKETED_PASTE.off}${MOUSE.off}\u001b[?7h\u001b[?25h\u001b[23;2t\u001b[?1049l`;
const BEGIN = '\u001b[?2026h';
const END = '\u001b[?2026l';
const EMPTY: Frame = { lines: [], overlays: [] };

/**
 * The whole screen of a terminal, on which frames are shown: only lines that changed are written, in one piece, inside a
 * synchronized update, so that nothing flickers. What was on the screen before comes back on leaving.
 */
export class Screen {
  readonly #write: (text: string) => void;
  readonly #size: () => { columns: number; rows: number };
  #shown: Frame = EMPTY;
  #next: Frame | null = null;
  #timer: NodeJS.Timeout | null = null;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #isEntered = false;
  #takesMouse = true;
  #title = '';
  /** Redraws so far. */
  redraws = 0;

  constructor(write: (text: string) => void, size: () => { columns: number; rows: number }) {
    this.#write = write;
    this.#size = size;
  }

  /** Whether the terminal reports its mouse, and does not select text with it. */
  get takesMouse(): boolean {
    return this.#takesMouse;
  }

  set takesMouse(takesMouse: boolean) {
    this.#takesMouse = takesMouse;
    if (this.#isEntered) this.#write(takesMouse ? MOUSE.on : MOUSE.off);
  }

  enter(): void {
    if (this.#isEntered) return;
    this.#isEntered = true;
    this.#write(ENTER + (this.#takesMouse ? MOUSE.on : ''));
    this.#shown = EMPTY;
  }

  /** Gives the screen back; may be called at any time and more than once. */
  leave(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#next = null;
    this.#write(this.#shown.overlays.map(hideOf).join('') + LEAVE);
    this.#shown = EMPTY;
  }

  /** Shows a frame soon; of several in a row the last counts. */
  show(text: string, overlays: readonly Overlay[]): void {
    this.#next = { lines: text.split('\n'), overlays };
    if (this.#timer !== null || !this.#isEntered) return;
    const waitMs = Math.max(0, this.#drawnMs + REDRAW_INTERVAL_MS - performance.now());
    this.#timer = setTimeout(() => this.#draw(), waitMs);
  }

  /** Draws all anew, as after a change of size. */
  invalidate(): void {
    if (!this.#isEntered) return;
    const hidden = this.#shown.overlays.map(hideOf).join('');
    this.#write(`${hidden}\u001b[2J`);
    this.#next ??= this.#shown;
    this.#shown = EMPTY;
    this.show(this.#next.lines.join('\n'), this.#next.overlays);
  }

  /** The title of the terminal's window; taken back on leaving. */
  title(text: string): void {
    if (text === this.#title || !this.#isEntered) return;
    this.#title = text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they would end the title
    this.#write(`\u001b]2;${text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '')}\u001b\\`);
  }

  #draw(): void {
    this.#timer = null;
    const next = this.#next;
    if (next === null || !this.#isEntered) return;
    this.#next = null;
    this.#drawnMs = performance.now();
    const changes = frameChanges(this.#shown, next, this.#size());
    this.#shown = next;
    if (changes === '') return;
    this.redraws++;
    this.#write(BEGIN + changes + END);
  }
}

/** What to write so that `next` is on a screen that shows `shown`. */
export function frameChanges(shown: Frame, next: Frame, { columns, rows }: { columns: number; rows: number }): string {
  const visible = next.overlays.filter(
    (overlay) => overlay.row + overlay.rows <= rows && overlay.column + overlay.columns <= columns,
  );
  // Text changes line by line, a picture as a whole.
  const isKept = (overlay: Overlay) =>
    visible.some((other) => (overlay.content.kind === 'text' ? isTextAt(other, overlay) : isSame(overlay, other)));
  const gone = shown.overlays.filter((overlay) => !isKept(overlay));
  const dirty = new Set(gone.flatMap(rowsOf));
  let text = gone.map(hideOf).join('');
  const rewritten = new Set<number>();
  const count = Math.min(rows, Math.max(shown.lines.length, next.lines.length));
  for (let row = 0; row < count; row++) {
    const line = next.lines[row] ?? '';
    if (line === (shown.lines[row] ?? '') && !dirty.has(row)) continue;
    rewritten.add(row);
    const spared = visible.filter(
      (overlay) =>
        overlay.content.kind === 'graphics' &&
        rowsOf(overlay).includes(row) &&
        shown.overlays.some((o) => isSame(o, overlay)),
    );
    text += writeLine(line, row, spared);
  }
  for (const overlay of visible) {
    const { content, row, column } = overlay;
    if (content.kind === 'graphics') {
      if (!shown.overlays.some((other) => isSame(other, overlay))) text += at(row, column) + content.show;
      continue;
    }
    const last = shown.overlays.find((other) => isTextAt(other, overlay))?.content;
    const lastLines = last?.kind === 'text' ? last.lines : [];
    for (const [i, line] of content.lines.entries()) {
      if (line !== lastLines[i] || rewritten.has(row + i)) text += at(row + i, column) + line;
    }
  }
  return text;
}

/** Writes a row, and leaves out the areas where pictures stay. */
function writeLine(line: string, row: number, spared: readonly Overlay[]): string {
  if (spared.length === 0) return `${at(row, 0)}\u001b[0m\u001b[K${line}`;
  let text = '';
  let column = 0;
  for (const overlay of [...spared].sort((a, b) => a.column - b.column)) {
    const width = overlay.column - column;
    if (width > 0) text += `${at(row, column)}\u001b[0m\u001b[${width}X${sliceAnsi(line, column, overlay.column)}`;
    column = overlay.column + overlay.columns;
  }
  return `${text}${at(row, column)}\u001b[0m\u001b[K${sliceAnsi(line, column)}`;
}

function at(row: number, column: number): string {
  return `\u001b[${row + 1};${column + 1}H`;
}

function isSame(a: Overlay, b: Overlay): boolean {
  return a.key === b.key && isAtSamePlace(a, b);
}

function isTextAt(a: Overlay, b: Overlay): boolean {
  return a.content.kind === 'text' && b.content.kind === 'text' && isAtSamePlace(a, b);
}

function isAtSamePlace(a: Overlay, b: Overlay): boolean {
  return a.row === b.row && a.column === b.column && a.rows === b.rows && a.columns === b.columns;
}

function rowsOf({ row, rows }: Overlay): number[] {
  return Array.from({ length: rows }, (_, i) => row + i);
}

function hideOf({ content }: Overlay): string {
  return content.kind === 'graphics' ? content.hide : '';
}
