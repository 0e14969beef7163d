import { extname } from 'node:path';
import { UsageError, writeAtomically } from '@instagan/core/data';
import type { MaskImage, RgbImage } from './image-file.ts';
import { openPixels } from './open-image.ts';

/**
 * Writes an RGB image as PNG, JPEG (quality 95, colour at full resolution) or WebP (quality 95), by the ending.
 *
 * The file appears whole or not at all: it is written beside its place and renamed. Missing folders are made.
 *
 * @throws UsageError for another ending, UserError if the folder or file cannot be written
 */
export async function writeImage(file: string, image: RgbImage): Promise<void> {
  await writeAtomically(file, await encodeImage(file, image), { makesFolder: true });
}

/** What `writeImage` writes. @throws UsageError for another ending */
export async function encodeImage(file: string, { width, height, data }: RgbImage): Promise<Uint8Array> {
  const image = openPixels(data, { width, height, channels: 3 });
  switch (extname(file).toLowerCase()) {
    case '.png':
      return image.png().toBuffer();
    case '.jpg':
    case '.jpeg':
      return image.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
    case '.webp':
      return image.webp({ quality: 95 }).toBuffer();
    default:
      throw new UsageError(`Cannot write ${file}: the name must end in .png, .jpg, .jpeg or .webp.`);
  }
}

/**
 * Writes the mask of one instance as an 8-bit greyscale PNG, whole or not at all as `writeImage` does. A generated mask
 * may hold values between 0 and 255: object is what lies above 127.
 *
 * @throws UsageError if the name does not end in .png (JPEG would blur the border), UserError if it cannot be written
 */
export async function writeMask(file: string, mask: MaskImage): Promise<void> {
  if (extname(file).toLowerCase() !== '.png') throw new UsageError(`Cannot write the mask ${file}: it must be a .png.`);
  await writeAtomically(file, await encodeMask(mask), { makesFolder: true });
}

/** What `writeMask` writes. */
export function encodeMask({ width, height, data }: MaskImage): Promise<Uint8Array> {
  return openPixels(data, { width, height, channels: 1 }).toColourspace('b-w').png().toBuffer();
}
