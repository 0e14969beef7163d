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

/** Text with its colours. */
export interface Piece {
  /** As it is measured, without colours. */
  readonly plain: string;
  readonly painted: string;
}

/** Pieces laid in lines of a width, whole pieces only, with a gap of blanks between them. */
export function flow(pieces: readonly Piece[], width: number, gap: number): Piece[] {
  const lines: Piece[] = [];
  for (const piece of pieces) {
    const cut = piece.plain.length > width ? fitted(piece.plain, width) : null;
    const next = cut === null ? piece : { plain: cut, painted: cut };
    const line = lines.at(-1);
    if (line === undefined || line.plain.length + gap + next.plain.length > width) lines.push(next);
    else lines[lines.length - 1] = joined(line, next, ' '.repeat(gap));
  }
  return lines;
}

function joined(a: Piece, b: Piece, between: string): Piece {
  return { plain: a.plain + between + b.plain, painted: a.painted + between + b.painted };
}
