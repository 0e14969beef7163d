const REPLACEMENTS: Readonly<Record<string, string>> = {
  '─': '-',
  '│': '|',
  '┤': '+',
  '…': '~',
  '●': '*',
  '▲': '!',
  '█': '#',
  '░': '.',
  '▁': '_',
  '▂': '_',
  '▃': '-',
  '▄': '-',
  '▅': '=',
  '▆': '=',
  '▇': '#',
  '·': '-',
  '←': '<',
  '→': '>',
  '↑': '^',
  '↓': 'v',
};

/** Text for a terminal that shows ASCII alone. */
export function asciiText(text: string): string {
  return text.replace(/\P{ASCII}/gu, (character) => REPLACEMENTS[character] ?? '?');
}
