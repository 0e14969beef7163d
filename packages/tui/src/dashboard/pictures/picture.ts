import { readFile } from 'node:fs/promises';
import { NOT_WAITING } from '@instagan/core/events';

/** 8-bit RGB, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A picture file with its pixels: some terminals take the one, some the other. */
export interface LoadedPicture {
  readonly file: Uint8Array;
  readonly picture: Picture;
}

/** Larger pictures are made smaller: on a screen there is no more to see, and all of the file would go over the line. */
const MAX_SIDE_PX = 1280;

/** Reads a picture file; the codec is loaded with the first one. @throws UserError if it is damaged or missing */
export async function loadPicture(path: string): Promise<LoadedPicture> {
  const { encodeImage, readImage, resizeImage } = await import('@instagan/datasets');
  const whole = await readImage(path);
  const scale = MAX_SIDE_PX / Math.max(whole.width, whole.height);
  if (scale >= 1) return { picture: whole, file: await readFile(path, { flag: NOT_WAITING }) };
  const [width, height] = [whole.width, whole.height].map((side) => Math.max(1, Math.round(side * scale)));
  const picture = await resizeImage(whole, { width: width as number, height: height as number });
  return { picture, file: await encodeImage('smaller.png', picture) };
}
