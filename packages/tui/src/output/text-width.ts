import { wrapAnsi } from 'fast-wrap-ansi';
import stringWidth from 'string-width';
import { UNPRINTABLE } from './visible.ts';

/** `string-width`, and what divides a text into characters, take a time that grows with the square of its length. */
const MAX_PIECE = 500;
/** A character of more code units than this, such as a letter under a heap of accents, may be cut through. */
const MAX_UNITS_A_COLUMN = 16;

/** Columns that a text takes in a terminal: a Chinese character or an emoji takes two, a combining mark none. */
export function textWidth(text: string): number {
  let width = 0;
  for (let at = 0; at < text.length; at += MAX_PIECE) width += stringWidth(text.slice(at, at + MAX_PIECE));
  return width;
}

/** Cuts plain text to a width, with an ellipsis. Control characters become blanks. */
export function cutTo(text: string, width: number): string {
  const start = text.slice(0, MAX_UNITS_A_COLUMN * (width + 1));
  const plain = printable(start);
  if (start.length === text.length && textWidth(plain) <= width) return plain;
  return width <= 1 ? startOf(plain, width) : `${startOf(plain, width - 1)}…`;
}

const characters = new Intl.Segmenter();

/** As many whole characters as fit. */
function startOf(text: string, width: number): string {
  let end = 0;
  let used = 0;
  for (const { segment } of characters.segment(text)) {
    used += textWidth(segment);
    if (used > width) break;
    end += segment.length;
  }
  return text.slice(0, end);
}

/** Cuts plain text to a width, with an ellipsis, or fills it up with blanks. Control characters become blanks. */
export function fitted(text: string, width: number): string {
  const cut = cutTo(text, width);
  return cut + ' '.repeat(Math.max(0, width - textWidth(cut)));
}

/** Plain text in lines of at most this width, broken between words where that is possible. Control characters become blanks. */
export function wrapped(text: string, width: number): string[] {
  return wrapAnsi(printable(text), Math.max(1, width), { hard: true }).split('\n');
}

/**
 * A log or a file name may hold characters that move the cursor or turn the direction of writing around. It may also hold
 * emoji of several characters, such as a heart with a variation selector or a hand with a skin tone, which `string-width`
 * counts as Unicode does and tmux and many terminals do not: only the first character is shown, whose width all agree on.
 */
function printable(text: string): string {
  return text.replace(UNPRINTABLE, ' ').replace(COMPOSED_EMOJI, '$1').replace(KEYCAP, '');
}

/** An emoji, and what is put on it (a selector, a skin tone, tags of a flag) or joined to it. */
const COMPOSED_EMOJI =
  /(\p{Extended_Pictographic})(?:[\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}]|\u200d\p{Extended_Pictographic})+/gu;

/** What turns a digit or a sign into an emoji. */
const KEYCAP = /[\ufe0f\u20e3]/g;
