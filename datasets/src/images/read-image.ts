import type { SizePx } from '@instagan/core/data';
import type { ResizeOptions, Sharp } from 'sharp';
import type { RgbImage } from './image-file.ts';
import { openImage, openPixels, openPng, unreadable } from './open-image.ts';

export interface ReadImageOptions {
  /** Stretch to this size (bicubic). Without it the image keeps its own. */
  readonly size?: SizePx;
}

/**
 * Reads a PNG, JPEG, WebP, TIFF, GIF or AVIF file as 8-bit RGB.
 *
 * EXIF orientation is applied; grey, palette, 16-bit and CMYK files and colour profiles are converted to sRGB; what is
 * transparent is laid on white, as a web page or a viewer would show it; of an animation or a file of several pages the first one is taken.
 *
 * @throws UserError naming the file if it is missing, damaged or cut short
 */
export async function readImage(file: string, { size }: ReadImageOptions = {}): Promise<RgbImage> {
  try {
    const pipeline = await openUpright(file);
    if (size !== undefined) pipeline.resize(resizeOptions(size));
    const { data, info } = await pipeline
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (error) {
    throw await unreadable(file, error);
  }
}

/**
 * The picture, upright, in a form of which sharp converts the colours rightly.
 *
 * sharp takes the colours of 16-bit pictures with a profile to Display P3 instead of sRGB, and leaves 16-bit greys as they are:
 * these are brought to 8 bits first, their profile kept.
 */
export async function openUpright(file: string): Promise<Sharp> {
  const picture = openImage(file, { failOn: 'error', autoOrient: true });
  const { depth, icc, space } = await picture.metadata();
  if (depth !== 'ushort' || icc === undefined) return picture;
  return openPng(
    await picture
      .keepIccProfile()
      .toColourspace(space === 'grey16' ? 'b-w' : 'srgb')
      .png({ compressionLevel: 0 })
      .toBuffer(),
  );
}

/** How images and masks are resized: the same way, so that a mask stays on its object. */
export function resizeOptions({ height, width }: SizePx): ResizeOptions {
  return { height, width, fit: 'fill', kernel: 'cubic', fastShrinkOnLoad: false };
}

/** Stretches a decoded image, as `readImage` does with files. */
export async function resizeImage(image: RgbImage, size: SizePx): Promise<RgbImage> {
  const { width, height } = image;
  if (width === size.width && height === size.height) return image;
  const data = await openPixels(image.data, { width, height, channels: 3 })
    .resize(resizeOptions(size))
    .raw({ depth: 'uchar' })
    .toBuffer();
  return { ...size, data };
}
