export type Rgb = readonly [red: number, green: number, blue: number];

/** Bits of colour that a terminal shows; 1 is none. */
export type ColourDepth = 1 | 4 | 8 | 24;

/** What a piece of text is, which decides its colour. */
export type Role = 'plain' | 'dim' | 'strong' | 'accent' | 'good' | 'warning' | 'alarm' | 'key' | CurveRole;

/** One colour for each curve. */
export type CurveRole = `curve${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`;
export const CURVE_ROLES = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => `curve${i}`) as readonly CurveRole[];

/**
 * The curves have the colours of Okabe and Ito ("Color Universal Design", 2008), which people with any colour blindness tell
 * apart; grey stands for their black.
 */
const DARK: Readonly<Record<Exclude<Role, 'plain' | 'dim' | 'strong'>, Rgb>> = {
  accent: [120, 190, 255],
  good: [110, 210, 130],
  warning: [240, 200, 80],
  alarm: [255, 105, 90],
  key: [140, 200, 255],
  curve0: [86, 180, 233],
  curve1: [230, 159, 0],
  curve2: [0, 158, 115],
  curve3: [204, 121, 167],
  curve4: [240, 228, 66],
  curve5: [213, 94, 0],
  curve6: [0, 114, 178],
  curve7: [200, 200, 200],
};
/** The same hues, as dark as they must be to be read on white and told apart. */
const LIGHT: typeof DARK = {
  accent: [0, 95, 175],
  good: [0, 120, 60],
  warning: [150, 95, 0],
  alarm: [190, 20, 10],
  key: [0, 95, 175],
  curve0: [75, 157, 203],
  curve1: [112, 78, 0],
  curve2: [0, 105, 77],
  curve3: [170, 101, 139],
  curve4: [144, 137, 40],
  curve5: [68, 30, 0],
  curve6: [0, 55, 85],
  curve7: [37, 37, 37],
};

const RESET = '\u001b[0m';

/** How text is coloured on one terminal. */
export class Theme {
  readonly depth: ColourDepth;
  readonly isLight: boolean;
  readonly #starts = new Map<Role, string>();

  /** @param isLight whether the background is light */
  constructor(depth: ColourDepth, isLight: boolean) {
    this.depth = depth;
    this.isLight = isLight;
  }

  /** The text in the colour of its role; without colours bold and dim remain. */
  paint(role: Role, text: string): string {
    if (role === 'plain' || text === '') return text;
    const start = this.#startOf(role);
    return start === '' ? text : `${start}${text}${RESET}`;
  }

  /** Text on a bar, such as a chosen row. */
  inverse(text: string): string {
    return `\u001b[7m${text}${RESET}`;
  }

  /** The colour of a curve. */
  curveColour(role: CurveRole): Rgb {
    return (this.isLight ? LIGHT : DARK)[role];
  }

  #startOf(role: Role): string {
    let start = this.#starts.get(role);
    if (start === undefined) {
      start = this.#makeStart(role);
      this.#starts.set(role, start);
    }
    return start;
  }

  #makeStart(role: Role): string {
    if (role === 'plain') return '';
    if (role === 'dim') return '\u001b[2m';
    if (role === 'strong') return '\u001b[1m';
    const bold = role === 'alarm' || role === 'key' ? '\u001b[1m' : '';
    return bold + foreground((this.isLight ? LIGHT : DARK)[role], this.depth);
  }
}

/** The escape sequence that sets the colour of text; empty without colours. */
export function foreground(colour: Rgb, depth: ColourDepth): string {
  if (depth === 1) return '';
  if (depth === 24) return `\u001b[38;2;${colour.join(';')}m`;
  if (depth === 8) return `\u001b[38;5;${nearest256(colour)}m`;
  const number = nearest16(colour);
  return `\u001b[${number < 8 ? 30 + number : 82 + number}m`;
}

/** The escape sequence that sets the background; empty without colours. */
export function background(colour: Rgb, depth: ColourDepth): string {
  if (depth === 1) return '';
  if (depth === 24) return `\u001b[48;2;${colour.join(';')}m`;
  if (depth === 8) return `\u001b[48;5;${nearest256(colour)}m`;
  const number = nearest16(colour);
  return `\u001b[${number < 8 ? 40 + number : 92 + number}m`;
}

const CUBE = [0, 95, 135, 175, 215, 255];

/** The nearest of the 6x6x6 cube and the 24 greys of the 256 colours. */
export function nearest256([red, green, blue]: Rgb): number {
  const step = (value: number) => (value < 48 ? 0 : value < 115 ? 1 : Math.floor((value - 35) / 40));
  const [r, g, b] = [step(red), step(green), step(blue)];
  const cube: Rgb = [CUBE[r]!, CUBE[g]!, CUBE[b]!];
  const level = Math.max(0, Math.min(23, Math.round(((red + green + blue) / 3 - 8) / 10)));
  const grey: Rgb = [8 + 10 * level, 8 + 10 * level, 8 + 10 * level];
  const wanted: Rgb = [red, green, blue];
  return distance(grey, wanted) < distance(cube, wanted) ? 232 + level : 16 + 36 * r + 6 * g + b;
}

const BASIC: readonly Rgb[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

function nearest16(colour: Rgb): number {
  const distances = BASIC.map((basic) => distance(basic, colour));
  return distances.indexOf(Math.min(...distances));
}

function distance(a: Rgb, b: Rgb): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}
