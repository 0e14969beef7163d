/** Control characters, line separators, and what turns the direction of writing around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
export const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Text that no terminal takes for a command: control characters of file names, logged messages and contents of files are
 * spelled, such as `\x1b`, and so are those that turn the direction of writing around. Only line breaks stay.
 */
export function visible(text: string): string {
  return text.replace(UNPRINTABLE, (character) => (character === '\n' ? character : spelled(character)));
}

/** As {@link visible}, for what must stay one line. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n');
}

function spelled(character: string): string {
  if (character === '\t') return '\\t';
  if (character === '\r') return '\\r';
  return character > '\u00ff' ? `\\u${hex(character, 4)}` : `\\x${hex(character, 2)}`;
}

function hex(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0');
}
