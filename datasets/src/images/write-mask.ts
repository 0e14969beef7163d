import { extname } from 'node:path';
import { UsageError, writeAtomically } from '@instagan/core/data';
import sharp from 'sharp';
import type { MaskImage } from './image-file.ts';

/**
 * Writes the mask of one instance as an 8-bit greyscale PNG, whole or not at all as `writeImage` does. A generated mask
 * may hold values between 0 and 255: object is what lies above 127.
 *
 * @throws UsageError if the name does not end in .png (JPEG would blur the border), UserError if it cannot be written
 */
export async function writeMask(file: string, { width, height, data }: MaskImage): Promise<void> {
  if (extname(file).toLowerCase() !== '.png') throw new UsageError(`Cannot write the mask ${file}: it must be a .png.`);
  const png = await sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  await writeAtomically(file, png, { makesFolder: true });
}
