import { cannotBeRead, readHead, UserError } from '@instagan/core/data';
import { readHeader, requirePixels } from '../images/image-file.ts';
import { openImage, unreadable } from '../images/open-image.ts';

/** An image whose pixels are labels, not brightness. */
export interface LabelImage {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`: indices of a palette, grey levels, or colours as 0xRRGGBB. */
  readonly values: Uint32Array;
  readonly kind: 'index' | 'grey' | 'colour';
}

/**
 * Reads the labels of an image as they are stored: indices where it has a palette, grey levels up to 16 bits, else colours.
 * Transparency, profiles and orientation are passed over.
 *
 * @throws UserError naming the file if it cannot be read or is too large
 */
export async function readLabelImage(file: string): Promise<LabelImage> {
  requirePixels(file, await readHeader(file));
  const palette = /\.png$/i.test(file) ? await readPalette(file) : null;
  try {
    const image = openImage(file, { failOn: 'error', ignoreIcc: true });
    const isDeep = (await image.metadata()).depth === 'ushort';
    const { data, info } = await image
      .raw({ depth: isDeep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const bytes = isDeep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
    const values = new Uint32Array(width * height);
    if (channels < 3) {
      for (let i = 0; i < values.length; i++) values[i] = bytes[i * channels] as number;
      // A palette of greys is decoded as such; its indices are wanted all the same.
      if (palette === null) return { width, height, values, kind: 'grey' };
      for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * 0x010101;
    } else {
      const shift = isDeep ? 8 : 0;
      for (let i = 0, from = 0; i < values.length; i++, from += channels) {
        const [red, green, blue] = [bytes[from] as number, bytes[from + 1] as number, bytes[from + 2] as number];
        values[i] = ((red >> shift) << 16) | ((green >> shift) << 8) | (blue >> shift);
      }
    }
    if (palette === null) return { width, height, values, kind: 'colour' };
    for (let i = 0; i < values.length; i++) values[i] = palette.get(values[i] as number) ?? 0;
    return { width, height, values, kind: 'index' };
  } catch (error) {
    throw await unreadable(file, error);
  }
}

/** The values of an image, each with the number of its pixels, by falling number. */
export function countValues({ values }: LabelImage): Map<number, number> {
  const counts = new Map<number, number>();
  let [last, run] = [-1, 0];
  const add = () => {
    if (run > 0) counts.set(last, (counts.get(last) ?? 0) + run);
  };
  for (const value of values) {
    if (value === last) run++;
    else {
      add();
      [last, run] = [value, 1];
    }
  }
  add();
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

const HEAD_BYTES = 2 ** 20;

/** Colours of a PNG file's palette as 0xRRGGBB, to their first index; null if it has none. */
async function readPalette(file: string): Promise<Map<number, number> | null> {
  const head = await readHead(file, HEAD_BYTES).catch((error: unknown) => {
    throw cannotBeRead(file, error);
  });
  const isIndexed = head.length > 25 && head.readUInt8(25) === 3;
  if (!isIndexed) return null;
  for (let at = 8; at + 12 <= head.length; ) {
    const length = head.readUInt32BE(at);
    const kind = head.toString('latin1', at + 4, at + 8);
    if (kind === 'IDAT') break;
    if (kind === 'PLTE' && length <= 768 && at + 8 + length <= head.length) {
      const indices = new Map<number, number>();
      for (let i = 0; 3 * i + 2 < length; i++) {
        const colour = head.readUIntBE(at + 8 + 3 * i, 3);
        if (!indices.has(colour)) indices.set(colour, i);
      }
      return indices;
    }
    at += 12 + length;
  }
  throw new UserError(`${file} is an indexed PNG without its palette: write it anew.`);
}
