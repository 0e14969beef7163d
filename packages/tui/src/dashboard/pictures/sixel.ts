import type { Picture } from './picture.ts';

/** Levels of red, green and blue: 252 colours, with most levels where the eye sees most. */
const LEVELS = [6, 7, 6] as const;
/** Bayer's 4x4 matrix: thresholds of an ordered dither, which unlike others does not flicker between pictures. */
const BAYER = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];

/** A picture as DEC sixel graphics, drawn from the cursor on. */
export function sixelPicture({ width, height, data }: Picture): string {
  const indices = new Uint8Array(width * height);
  const used = new Set<number>();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const threshold = ((BAYER[(y & 3) * 4 + (x & 3)] as number) + 0.5) / 16;
      let index = 0;
      for (const [channel, levels] of LEVELS.entries()) {
        const value = ((data[(y * width + x) * 3 + channel] as number) / 255) * (levels - 1);
        index = index * levels + Math.min(levels - 1, Math.floor(value + threshold));
      }
      indices[y * width + x] = index;
      used.add(index);
    }
  }
  const palette = [...used].map((index) => `#${index};2;${percentages(index).join(';')}`).join('');
  const bands = Array.from({ length: Math.ceil(height / 6) }, (_, band) => bandOf(indices, width, height, band * 6));
  return `\u001bP0;1;0q"1;1;${width};${height}${palette}${bands.join('-')}\u001b\\`;
}

function percentages(index: number): number[] {
  const [, green, blue] = LEVELS;
  const parts = [Math.floor(index / (green * blue)), Math.floor(index / blue) % green, index % blue];
  return parts.map((part, channel) => Math.round((100 * part) / ((LEVELS[channel] as number) - 1)));
}

/** Six rows: one pass over the width for each colour in them. */
function bandOf(indices: Uint8Array, width: number, height: number, top: number): string {
  const masks = new Map<number, Uint8Array>();
  for (let y = 0; y < 6 && top + y < height; y++) {
    for (let x = 0; x < width; x++) {
      const index = indices[(top + y) * width + x] as number;
      const mask = masks.get(index) ?? new Uint8Array(width);
      masks.set(index, mask);
      mask[x] = (mask[x] as number) | (1 << y);
    }
  }
  return [...masks].map(([index, mask]) => `#${index}${runLengths(mask)}`).join('$');
}

function runLengths(mask: Uint8Array): string {
  let text = '';
  for (let x = 0; x < mask.length; ) {
    let end = x + 1;
    while (end < mask.length && mask[end] === mask[x]) end++;
    const character = String.fromCharCode(63 + (mask[x] as number));
    const count = end - x;
    if (end < mask.length || mask[x] !== 0) text += count > 3 ? `!${count}${character}` : character.repeat(count);
    x = end;
  }
  return text;
}
