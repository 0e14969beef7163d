import { readFile } from 'node:fs/promises';

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

/** Reads a picture file; the codec is loaded with the first one. @throws UserError if it is damaged or missing */
export async function loadPicture(path: string): Promise<LoadedPicture> {
  const { readImage } = await import('@instagan/datasets');
  const picture = await readImage(path);
  return { picture, file: await readFile(path) };
}
