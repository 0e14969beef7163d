/** Pixels of a digit. */
export const DIGIT_WIDTH = 3;
export const DIGIT_HEIGHT = 5;

const DIGITS = [
  '### #.# #.# #.# ###',
  '.#. ##. .#. .#. ###',
  '### ..# ### #.. ###',
  '### ..# .## ..# ###',
  '#.# #.# ### ..# ..#',
  '### #.. ### ..# ###',
  '### #.. ### #.# ###',
  '### ..# ..# .#. .#.',
  '### #.# ### #.# ###',
  '### #.# ### ..# ###',
];

/** The rows of a digit 0 … 9, `#` where it is drawn: text that needs no font to be installed. */
export function digitRows(digit: number): string[] {
  return (DIGITS[digit] as string).split(' ');
}
