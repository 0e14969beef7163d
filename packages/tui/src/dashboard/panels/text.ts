import { fitted, textWidth } from '../../output/text-width.ts';
import type { DrawContext } from '../state/panel.ts';
import type { Theme } from '../terminal/theme.ts';

/** A panel's title on a line of its own: `─ title ────── note ─`. */
export function titleLine(title: string, note: string, width: number, theme: Theme): string {
  const head = `─ ${title} `;
  const headWidth = textWidth(head);
  const tail = note === '' || headWidth + textWidth(note) + 4 > width ? '' : ` ${note} ─`;
  const fill = '─'.repeat(Math.max(0, width - headWidth - textWidth(tail)));
  if (headWidth > width) return fitted(head, width);
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
    const cut = textWidth(piece.plain) > width ? fitted(piece.plain, width) : null;
    const next = cut === null ? piece : { plain: cut, painted: cut };
    const line = lines.at(-1);
    if (line === undefined || textWidth(line.plain) + gap + textWidth(next.plain) > width) lines.push(next);
    else lines[lines.length - 1] = joined(line, next, ' '.repeat(gap));
  }
  return lines;
}

function joined(a: Piece, b: Piece, between: string): Piece {
  return { plain: a.plain + between + b.plain, painted: a.painted + between + b.painted };
}

/** A hint that is shown while the panel has the screen to itself. */
export function hintInView(id: string, text: string): (context: DrawContext) => string | null {
  return ({ state }) => (state.view === id ? text : null);
}
