import type { SizePx } from '@instagan/core/data';
import sharp from 'sharp';
import type { RgbImage } from './image-file.ts';
import { resizeOptions } from './read-image.ts';

/** Stretches a decoded image, as `readImage` does with files. */
export async function resizeImage(image: RgbImage, size: SizePx): Promise<RgbImage> {
  const { width, height } = image;
  if (width === size.width && height === size.height) return image;
  const data = await sharp(image.data, { raw: { width, height, channels: 3 } })
    .resize(resizeOptions(size))
    .raw({ depth: 'uchar' })
    .toBuffer();
  return { ...size, data };
}
