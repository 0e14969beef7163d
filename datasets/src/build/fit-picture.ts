import type { SizePx } from '@instagan/core/data';
import type { ResizeOptions } from 'sharp';
import type { MaskImage, RgbImage } from '../images/image-file.ts';
import { openPixels } from '../images/open-image.ts';

/** How a picture comes into a size. */
export type FitName = 'inside' | 'crop' | 'stretch';

export interface Fit {
  readonly name: FitName;
  readonly size: SizePx;
}

/** The size of a picture that is fitted: `inside` keeps its shape and enlarges nothing, the others take the size whole. */
export function fittedSize({ width, height }: SizePx, { name, size }: Fit): SizePx {
  if (name !== 'inside') return size;
  const scale = Math.min(1, size.width / width, size.height / height);
  const side = (px: number) => Math.max(1, Math.round(px * scale));
  return { width: side(width), height: side(height) };
}

/** Scales a picture, and cuts its middle out for `crop`. Images and masks of one size are treated alike. */
export async function fitImage({ width, height, data }: RgbImage, fit: Fit): Promise<RgbImage> {
  const fitted = fittedSize({ width, height }, fit);
  const image = openPixels(data, { width, height, channels: 3 }).resize(options(fitted, fit));
  return { ...fitted, data: await image.raw({ depth: 'uchar' }).toBuffer() };
}

/** As {@link fitImage}; object is what lies above 127 afterwards. */
export async function fitMask({ width, height, data }: MaskImage, fit: Fit): Promise<MaskImage> {
  const fitted = fittedSize({ width, height }, fit);
  const grey = await openPixels(data, { width, height, channels: 1 })
    .resize(options(fitted, fit))
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer();
  return { ...fitted, data: Uint8Array.from(grey, (value) => (value > 127 ? 255 : 0)) };
}

function options({ width, height }: SizePx, { name }: Fit): ResizeOptions {
  return { width, height, fit: name === 'crop' ? 'cover' : 'fill', kernel: 'cubic', fastShrinkOnLoad: false };
}
