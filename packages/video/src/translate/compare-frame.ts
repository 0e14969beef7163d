import { masksOf } from '@instagan/core';
import { channelsOf, type FrameFormat } from '../frame.ts';
import type { TranslatedFrame } from './translate-frames.ts';

const COLUMNS = 3;
const GAP_PX = 4;

/** The format of {@link compareFrame}'s pictures. */
export function compareFormat(format: FrameFormat): FrameFormat {
  return { ...format, width: COLUMNS * format.width + (COLUMNS - 1) * GAP_PX };
}

/** Original, instances (each in the colour of its number) and translation, side by side. */
export function compareFrame(frame: TranslatedFrame, format: FrameFormat): Uint8Array {
  const { width, height } = format;
  const channels = channelsOf(format);
  const masks = frame.instances.map(({ mask }) => mask);
  const numbers = frame.instances.map(({ id }) => id);
  const coloured = withAlpha(masksOf({ width, height, masks }, numbers).data, channels);
  const sheetWidth = compareFormat(format).width;
  const sheet = new Uint8Array(sheetWidth * height * channels).fill(255);
  for (const [column, picture] of [frame.original, coloured, frame.data].entries()) {
    const left = column * (width + GAP_PX);
    for (let y = 0; y < height; y++) {
      const row = picture.subarray(y * width * channels, (y + 1) * width * channels);
      sheet.set(row, (y * sheetWidth + left) * channels);
    }
  }
  return sheet;
}

function withAlpha(rgb: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return rgb;
  const result = new Uint8Array((rgb.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) result.set(rgb.subarray(from, from + 3), to);
  return result;
}
