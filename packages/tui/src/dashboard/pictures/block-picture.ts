import { background, type ColourDepth, foreground, type Rgb } from '../terminal/theme.ts';
import type { Picture } from './picture.ts';
import { type CellSize, resample } from './resample.ts';

const RESET = '\u001b[0m';
/** From dark to light. */
const RAMP = ' .:-=+*#%@';

/** A picture as text, two pixels a character: upper half blocks in the colours of the terminal. */
export function blockPicture(picture: Picture, { columns, rows }: CellSize, depth: ColourDepth): string[] {
  const small = resample(picture, columns, rows * 2);
  const pixel = (x: number, y: number): Rgb => {
    const at = (y * columns + x) * 3;
    return [small.data[at] as number, small.data[at + 1] as number, small.data[at + 2] as number];
  };
  return Array.from({ length: rows }, (_, row) => {
    let line = '';
    let last = '';
    for (let x = 0; x < columns; x++) {
      const colours = foreground(pixel(x, 2 * row), depth) + background(pixel(x, 2 * row + 1), depth);
      line += colours === last ? '▀' : `${colours}▀`;
      last = colours;
    }
    return line + RESET;
  });
}

/** A picture as characters of growing weight, for terminals without colours. @param isLight whether the background is light */
export function asciiPicture(picture: Picture, { columns, rows }: CellSize, isLight: boolean): string[] {
  const small = resample(picture, columns, rows);
  return Array.from({ length: rows }, (_, y) =>
    Array.from({ length: columns }, (_, x) => {
      const at = (y * columns + x) * 3;
      const [red, green, blue] = [small.data[at] as number, small.data[at + 1] as number, small.data[at + 2] as number];
      const luminance = (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
      const level = Math.round(luminance * (RAMP.length - 1));
      return RAMP[isLight ? RAMP.length - 1 - level : level];
    }).join(''),
  );
}
