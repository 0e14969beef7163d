import { distanceTransform } from '../data/distance-transform.ts';
import { INSTANCE_COLOURS, type Picture, type Rgb } from './contact-sheet.ts';
import { DIGIT_HEIGHT, DIGIT_WIDTH, digitRows } from './digits.ts';

/** How much of the instance's colour lies over its pixels. */
const TINT = 0.3;
const PLATE: Rgb = [20, 20, 24];
/** Shorter side of a picture, in pixels, for each pixel of line width. */
const SIDE_PER_LINE = 180;

/**
 * The picture with its instances: each tinted in a colour of its own, with an outline and its number, that of its mask file,
 * on its thickest part.
 *
 * @param masks `[height, width]` each, object where not 0; what is empty is passed over
 * @param numbers those that are drawn @default their places
 * @returns another picture; the first is not changed
 */
export function drawOverlay(
  picture: Picture,
  masks: readonly Uint8Array[],
  numbers: readonly number[] = [...masks.keys()],
): Picture {
  const { width, height } = picture;
  const data = Uint8Array.from(picture.data);
  const line = Math.max(1, Math.round(Math.min(width, height) / SIDE_PER_LINE));
  for (const [i, mask] of masks.entries()) {
    const number = numbers[i] as number;
    const colour = INSTANCE_COLOURS[number % INSTANCE_COLOURS.length] as Rgb;
    const distances = distanceTransform(mask, width, height);
    let deepest = -1;
    for (let pixel = 0; pixel < mask.length; pixel++) {
      if (mask[pixel] === 0) continue;
      const distance = distances[pixel] as number;
      paint(data, pixel, colour, distance <= line ? 1 : TINT);
      if (deepest < 0 || distance > (distances[deepest] as number)) deepest = pixel;
    }
    if (deepest < 0) continue;
    drawNumber({ width, height, data }, number, deepest % width, Math.floor(deepest / width), line, colour);
  }
  return { width, height, data };
}

function paint(data: Uint8Array, pixel: number, colour: Rgb, share: number): void {
  for (const [channel, value] of colour.entries()) {
    const at = 3 * pixel + channel;
    data[at] = Math.round((1 - share) * (data[at] as number) + share * value);
  }
}

/** A number on a dark plate, centred at (x, y) as far as the picture allows. */
function drawNumber(picture: Picture, value: number, x: number, y: number, scale: number, colour: Rgb): void {
  const digits = String(value);
  const plateWidth = (digits.length * (DIGIT_WIDTH + 1) + 1) * scale;
  const plateHeight = (DIGIT_HEIGHT + 2) * scale;
  const within = (at: number, size: number, limit: number) =>
    Math.max(0, Math.min(limit - size, Math.round(at - size / 2)));
  const left = within(x, plateWidth, picture.width);
  const top = within(y, plateHeight, picture.height);
  fill(picture, left, top, plateWidth, plateHeight, PLATE);
  for (const [place, digit] of [...digits].entries()) {
    for (const [row, text] of digitRows(Number(digit)).entries()) {
      for (const [column, sign] of [...text].entries()) {
        if (sign !== '#') continue;
        const across = left + (1 + place * (DIGIT_WIDTH + 1) + column) * scale;
        fill(picture, across, top + (1 + row) * scale, scale, scale, colour);
      }
    }
  }
}

function fill(picture: Picture, left: number, top: number, width: number, height: number, colour: Rgb): void {
  for (let y = top; y < Math.min(picture.height, top + height); y++) {
    for (let x = left; x < Math.min(picture.width, left + width); x++)
      paint(picture.data, y * picture.width + x, colour, 1);
  }
}
