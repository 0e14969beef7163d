import { extname } from 'node:path';
import { type SizePx, UserError } from '@instagan/core/data';
import { openImage, unreadable } from './open-image.ts';

/** RGB, row by row, `[height, width, 3]`, 0 … 255. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** One channel, row by row, `[height, width]`: 0 background, 255 object. */
export interface MaskImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** What the first bytes of a file say of it. Width and height are those after EXIF orientation. */
export interface ImageHeader {
  readonly width: number;
  readonly height: number;
  /** Whether EXIF orientation turns the picture before it is used. */
  readonly isTurned: boolean;
  /** EXIF orientation, 1 … 8. */
  readonly orientation: number;
  /** As sharp names it: `srgb`, `b-w`, `grey16`, `rgb16`, `cmyk`, … */
  readonly colourSpace: string;
  readonly channels: number;
  readonly hasAlpha: boolean;
}

const endings = ['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff', '.gif', '.avif'];

/** Whether the name ends as an image that is read, in any case. */
export function isImageName(name: string): boolean {
  return endings.includes(extname(name).toLowerCase());
}

/**
 * Reads the header alone, without decoding a pixel.
 *
 * @throws UserError naming the file if it is missing or no image
 */
export async function readHeader(file: string): Promise<ImageHeader> {
  try {
    const { width, height, autoOrient, orientation = 1, space, channels, hasAlpha } = await openImage(file).metadata();
    return {
      width: autoOrient.width ?? width,
      height: autoOrient.height ?? height,
      isTurned: orientation !== 1,
      orientation,
      colourSpace: space,
      channels,
      hasAlpha,
    };
  } catch (error) {
    throw await unreadable(file, error);
  }
}

/** Pixels of the largest image that is read whole, unless told otherwise. */
export const MAX_PIXELS = 100e6;

/**
 * Checks the size of an image before it is decoded: a file of some kilobytes may hold a picture that does not fit in memory.
 *
 * @throws UserError naming the file, its size and the limit
 */
export function requirePixels(file: string, { width, height }: SizePx, maxPixels = MAX_PIXELS): void {
  if (width * height <= maxPixels) return;
  throw new UserError(
    `${file} has ${width}x${height} pixels, and at most ${maxPixels / 1e6} million are read: scale it down, or raise --max-pixels.`,
  );
}

/** Whether scaling the one to a side of the other gives its other side, give or take a pixel of rounding. */
export function hasSameAspect(a: SizePx, b: SizePx): boolean {
  const [small, large] = a.width <= b.width ? [a, b] : [b, a];
  const byHeight = small.height / large.height;
  const byWidth = small.width / large.width;
  return Math.abs(small.width - large.width * byHeight) <= 1 || Math.abs(small.height - large.height * byWidth) <= 1;
}
