import type { Theme } from '../terminal/theme.ts';

/** Cuts plain text to a width, with an ellipsis, or fills it up. Control characters are taken out. */
export function fitted(text: string, width: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a log may hold them, and they would move the cursor
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  if (plain.length <= width) return plain.padEnd(width);
  return width <= 1 ? plain.slice(0, width) : `${plain.slice(0, width - 1)}…`;
}

/** A panel's title on a line of its own: `─ title ────── note ─`. */
export function titleLine(title: string, note: string, width: number, theme: Theme): string {
  const head = `─ ${title} `;
  const tail = note === '' || head.length + note.length + 4 > width ? '' : ` ${note} ─`;
  const fill = '─'.repeat(Math.max(0, width - head.length - tail.length));
  if (head.length > width) return fitted(head, width);
  return theme.paint('dim', '─ ') + theme.paint('strong', title) + theme.paint('dim', ` ${fill}${tail}`);
}

/** Pieces of text with the colour of each, laid in lines of a width, whole pieces only. */
export interface Piece {
  /** As it is measured, without colours. */
  readonly plain: string;
  readonly painted: string;
}

export function flow(pieces: readonly Piece[], width: number, gap: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const { plain, painted } of pieces) {
    if (used > 0 && used + gap + plain.length > width) {
      lines.push(line);
      line = '';
      used = 0;
    }
    if (used > 0) {
      line += ' '.repeat(gap);
      used += gap;
    }
    line += plain.length > width ? fitted(plain, width) : painted;
    used += Math.min(width, plain.length);
  }
  if (used > 0) lines.push(line);
  return lines;
}
