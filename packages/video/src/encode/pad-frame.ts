import type { FrameFormat } from '../frame.ts';

/** The format with sides rounded up to even numbers of pixels, which most codecs demand. */
export function evenSides(format: FrameFormat): FrameFormat {
  return { ...format, width: format.width + (format.width % 2), height: format.height + (format.height % 2) };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Extends a frame at the right and the bottom by repeating its last column and row. */
export function padToSize(data: Uint8Array, from: Size, to: Size, channels: number): Uint8Array {
  if (from.width === to.width && from.height === to.height) return data;
  const result = new Uint8Array(to.width * to.height * channels);
  const rowBytes = from.width * channels;
  for (let y = 0; y < to.height; y++) {
    const start = Math.min(y, from.height - 1) * rowBytes;
    const row = data.subarray(start, start + rowBytes);
    const target = y * to.width * channels;
    result.set(row, target);
    for (let x = from.width; x < to.width; x++) result.set(row.subarray(rowBytes - channels), target + x * channels);
  }
  return result;
}
