import { readHeader, readImage, readMask, requirePixels } from '@instagan/datasets';
import sharp from 'sharp';
import type { FuzzTarget } from '../fuzz-target.ts';

const MAX_PIXELS = 1e6;

/** Image files: their headers, and the pixels of those that claim to be small. */
export const images: FuzzTarget = {
  name: 'images',
  kind: 'bytes',
  words: [
    'IHDR',
    'IDAT',
    'IEND',
    'PLTE',
    'iCCP',
    'eXIf',
    'acTL',
    'RIFF',
    'WEBPVP8 ',
    'VP8X',
    'ftypavif',
    'GIF89a',
    'II*\0',
    'MM\0*',
  ].concat([
    '\xff\xd8',
    '\xff\xc0',
    '\xff\xda',
    '\xff\xe1',
    'Exif\0\0',
    '<svg width="1" height="1"/>',
    '%PDF-1.4',
    'P6 9 9 255 ',
  ]),
  seeds: async () => {
    const data = Uint8Array.from({ length: 9 * 7 * 3 }, (_, i) => (i * 37) % 256);
    const picture = () => sharp(data, { raw: { width: 9, height: 7, channels: 3 } });
    return Promise.all([
      picture().png().toBuffer(),
      picture().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      picture().webp().toBuffer(),
      picture().tiff().toBuffer(),
      picture().gif().toBuffer(),
      picture().avif({ effort: 0 }).toBuffer(),
      picture().greyscale().png({ palette: true }).toBuffer(),
    ]);
  },
  read: async (input, place) => {
    const file = place.file('a.png', input);
    requirePixels(file, await readHeader(file), MAX_PIXELS);
    const results = await Promise.allSettled([readImage(file), readMask(file)]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    return [];
  },
};
