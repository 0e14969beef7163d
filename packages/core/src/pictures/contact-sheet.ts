import type { Box } from '../data/box.ts';
import { boxedMask } from '../data/boxed-mask.ts';
import { bytesFromValues } from '../data/pixel-values.ts';
import type { BoxedMask, Sample } from '../data/sample.ts';
import type { SizePx } from '../data/transform-draw.ts';

/** 8-bit RGB, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** One translation to show: what went in, what came out, and its translation back. */
export interface ContactSheetRow {
  readonly input: Sample;
  readonly output: Sample;
  readonly reconstruction: Sample;
}

/** Between the pictures of a sheet, and around them. */
export const SHEET_GAP_PX = 4;
const PAPER: Rgb = [250, 249, 246];
const BACKGROUND: Rgb = [32, 34, 40];
/** One colour for each instance, told apart by people with colour-blindness too (Okabe and Ito 2008). */
export const INSTANCE_COLOURS: readonly Rgb[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [213, 94, 0],
  [204, 121, 167],
  [0, 114, 178],
];

export type Rgb = readonly [number, number, number];

/** The pictures of a row: input, its masks, output, its masks, reconstruction. */
export function contactSheetTiles({ input, output, reconstruction }: ContactSheetRow): Picture[] {
  return [pixelsOf(input), masksOf(input), pixelsOf(output), masksOf(output), pixelsOf(reconstruction)];
}

/** A table of pictures, a row for each translation. Rows may have different sizes. */
export function contactSheet(rows: readonly ContactSheetRow[]): Picture {
  return pictureTable(rows.map(contactSheetTiles));
}

/** Pictures in rows and columns on paper. The pictures of one row have one size; rows may have different ones. */
export function pictureTable(rows: readonly (readonly Picture[])[]): Picture {
  const columns = Math.max(...rows.map((row) => row.length));
  const cellWidth = Math.max(...rows.map(([first]) => (first as Picture).width));
  const heights = rows.map(([first]) => (first as Picture).height);
  const width = columns * cellWidth + (columns + 1) * SHEET_GAP_PX;
  const height = heights.reduce((sum, each) => sum + each + SHEET_GAP_PX, SHEET_GAP_PX);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = PAPER[i % 3] as number;
  let top = SHEET_GAP_PX;
  for (const [index, tiles] of rows.entries()) {
    for (const [column, tile] of tiles.entries()) {
      const left = SHEET_GAP_PX + column * (cellWidth + SHEET_GAP_PX);
      for (let y = 0; y < tile.height; y++) {
        const row = tile.data.subarray(y * tile.width * 3, (y + 1) * tile.width * 3);
        data.set(row, ((top + y) * width + left) * 3);
      }
    }
    top += (heights[index] as number) + SHEET_GAP_PX;
  }
  return { width, height, data };
}

/** The image of a sample as 8-bit RGB. */
export function pixelsOf({ width, height, image }: Sample): Picture {
  return { width, height, data: bytesFromValues(image) };
}

/**
 * The instances of a sample, each in a colour of its own; soft masks shade into the background.
 *
 * @param sample its masks as values in [-1, 1]
 * @param numbers which colour each gets: those of one number are alike @default their places
 */
export function masksOf(
  { width, height, masks }: SizePx & { readonly masks: readonly (Float32Array | BoxedMask<Float32Array>)[] },
  numbers: readonly number[] = [...masks.keys()],
): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let c = 0; c < 3; c++) data[c] = BACKGROUND[c] as number;
  for (let filled = 3; filled < data.length; filled *= 2) data.copyWithin(filled, 0, filled);
  const boxed = masks.map((mask) => boxedMask(mask, { width, height }));
  const colours = masks.map((_, i) => INSTANCE_COLOURS[(numbers[i] as number) % INSTANCE_COLOURS.length] as Rgb);
  const drawn = boxed.map(({ box }) => box);
  for (const [first, own] of drawn.entries()) {
    for (let y = own.top; y < own.top + own.height; y++) {
      for (let x = own.left; x < own.left + own.width; x++) {
        // A pixel of several boxes is drawn with the first.
        if (drawn.findIndex((box) => holds(box, x, y)) !== first) continue;
        const to = (y * width + x) * 3;
        for (let c = 0; c < 3; c++) {
          let value = BACKGROUND[c] as number;
          for (let i = first; i < boxed.length; i++) {
            const { box, pixels } = boxed[i] as BoxedMask<Float32Array>;
            if (!holds(box, x, y)) continue;
            const share = (clamp(pixels[(y - box.top) * box.width + x - box.left] as number) + 1) / 2;
            value = (1 - share) * value + share * (colours[i]?.[c] as number);
          }
          data[to + c] = Math.round(value);
        }
      }
    }
  }
  return { width, height, data };
}

function holds({ left, top, width, height }: Box, x: number, y: number): boolean {
  return x >= left && x < left + width && y >= top && y < top + height;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(-1, value));
}
