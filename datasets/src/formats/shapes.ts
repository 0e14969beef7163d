import type { OutputInfo } from 'sharp';
import { openPng } from '../images/open-image.ts';
import { fillPolygon } from './fill-polygon.ts';

/** Corners of the polygon that stands for an ellipse. */
const ELLIPSE_POINTS = 180;

/** Sets the pixels of an ellipse, as {@link fillPolygon} does. @throws RangeError as it does */
export function fillEllipse(
  mask: Uint8Array,
  width: number,
  height: number,
  { x, y, radiusX, radiusY, angle = 0 }: { x: number; y: number; radiusX: number; radiusY: number; angle?: number },
): void {
  const points: number[] = [];
  for (let i = 0; i < ELLIPSE_POINTS; i++) {
    const turn = (2 * Math.PI * i) / ELLIPSE_POINTS;
    const [across, down] = [radiusX * Math.cos(turn), radiusY * Math.sin(turn)];
    points.push(x + across * Math.cos(angle) - down * Math.sin(angle));
    points.push(y + across * Math.sin(angle) + down * Math.cos(angle));
  }
  fillPolygon(mask, width, height, points);
}

/** Sets the pixels of an upright rectangle. @throws RangeError as {@link fillPolygon} does */
export function fillRectangle(
  mask: Uint8Array,
  width: number,
  height: number,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
): void {
  fillPolygon(mask, width, height, [x0, y0, x1, y0, x1, y1, x0, y1]);
}

/** Larger bitmaps are not read: base64 characters. */
const MAX_BITMAP_CHARACTERS = 2 ** 26;

/**
 * Sets the pixels of a bitmap, a PNG image in base64, whose top left corner lies at a place of the mask.
 *
 * @throws RangeError if it is no PNG or reaches out of the mask
 */
export async function fillBitmap(
  mask: Uint8Array,
  width: number,
  height: number,
  [left, top]: readonly [number, number],
  base64: string,
): Promise<void> {
  if (base64.length > MAX_BITMAP_CHARACTERS) throw new RangeError('its bitmap is too large');
  const bitmap = await decodeBitmap(Buffer.from(base64, 'base64'), mask.length).catch(() => null);
  if (bitmap === null) throw new RangeError('its bitmap is no PNG image');
  const { data, info } = bitmap;
  const [x0, y0] = [Math.round(left), Math.round(top)];
  if (!(x0 >= 0 && y0 >= 0 && x0 + info.width <= width && y0 + info.height <= height)) {
    throw new RangeError('its bitmap reaches out of the image');
  }
  for (let y = 0; y < info.height; y++) {
    for (let x = 0; x < info.width; x++) {
      if (data[(y * info.width + x) * info.channels] !== 0) mask[(y0 + y) * width + x0 + x] = 255;
    }
  }
}

async function decodeBitmap(png: Uint8Array, maxPixels: number): Promise<{ data: Buffer; info: OutputInfo }> {
  return openPng(png, { limitInputPixels: maxPixels, ignoreIcc: true })
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
}
