import { type BoxedMask, type SizePx, trimmedMask, UserError } from '@instagan/core/data';
import { type MaskImage, readHeader } from './image-file.ts';
import { openImage, openPixels, unreadable } from './open-image.ts';
import { resizeOptions } from './read-image.ts';

export interface ReadMaskOptions {
  /** Stretch to this size (bicubic, thresholded again). Without it the mask keeps its own. */
  readonly size?: SizePx;
}

/** A mask with what its file looked like before the threshold. */
export interface DecodedMask extends MaskImage {
  readonly objectPx: number;
  /** Pixels that were neither 0 nor 255. */
  readonly betweenPx: number;
  /** From the first row that holds some of the object until after the last one. */
  readonly rows: readonly [from: number, until: number];
}

/** The file can be decoded, but is no mask: colours, or a shape held by transparency alone. */
export class NotAMaskError extends UserError {}

/** The file can be decoded, but its object is too dark to be one: a mask of 0 and 1, or one of 16 bits that ends at 255. */
export class FaintMaskError extends UserError {}

/** Largest difference between the channels of a grey pixel: what lossy compression leaves. */
const greyTolerance = 32;

/**
 * Reads the mask of one instance: greyscale, object above 127.
 *
 * Grey stored as RGB, palette and 16-bit files are read as grey; transparent parts are background. Levels are taken as they are
 * stored, whatever a colour profile makes of them.
 *
 * @throws UserError naming the file if it cannot be read; NotAMaskError, a UserError, if it holds colours (a label map
 *   or an overlay, where a threshold would invent an object) or its shape in the transparency of a dark picture
 */
export async function readMask(file: string, { size }: ReadMaskOptions = {}): Promise<MaskImage> {
  const mask = await decodeMask(file);
  return size === undefined ? mask : resizeMask(mask, size);
}

/**
 * As {@link readMask}, in the smallest box around the object.
 *
 * @returns null if there is no object
 */
export async function readBoxedMask(file: string, size: SizePx): Promise<BoxedMask<Uint8Array> | null> {
  const { rows, data } = await resizeMask(await decodeMask(file), size);
  const [top, bottom] = rows;
  const { width } = size;
  const box = { left: 0, top, width, height: bottom - top };
  return trimmedMask({ box, pixels: data.subarray(top * width, bottom * width) }, size);
}

/** As {@link readMask} at its own size, with counts of what was found. */
export async function decodeMask(file: string): Promise<DecodedMask> {
  const { channels } = await readHeader(file);
  try {
    const { data, info } = await openImage(file, { failOn: 'error', autoOrient: true, ignoreIcc: true })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const grey = info.channels === 1 ? data : greyOf(file, data, info.channels);
    const mask = { width: info.width, height: info.height, ...threshold(grey, info.width) };
    if (mask.objectPx === 0 && channels === 1) await refuseFaint(file);
    return mask;
  } catch (error) {
    throw await unreadable(file, error);
  }
}

/** Resizes as images are resized, and cuts at 127 again. */
export async function resizeMask<M extends MaskImage>(mask: M, size: SizePx): Promise<M | DecodedMask> {
  const { width, height } = mask;
  if (width === size.width && height === size.height) return mask;
  const resized = await openPixels(mask.data, { width, height, channels: 1 })
    .resize(resizeOptions(size))
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer();
  return { ...size, ...threshold(resized, size.width) };
}

/** @throws FaintMaskError if all that is not 0 has one value, which is too low for an object */
async function refuseFaint(file: string): Promise<void> {
  const image = openImage(file);
  const isDeep = (await image.metadata()).depth === 'ushort';
  const raw = await image
    .toColourspace(isDeep ? 'grey16' : 'b-w')
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer();
  const values = isDeep ? new Uint16Array(raw.buffer, raw.byteOffset, raw.length / 2) : raw;
  const value = values.find((each) => each !== 0);
  if (value === undefined || values.some((each) => each !== 0 && each !== value)) return;
  const [most, bits] = isDeep ? [65_535, 16] : [255, 8];
  throw new FaintMaskError(
    `The mask ${file} holds ${value} where its object is, of ${most} that ${bits} bits hold: multiply it by ${Math.floor(most / value)}, so that objects are white.`,
  );
}

/** Pixels of background that are passed over at once. */
const BLOCK_PX = 4096;
const BACKGROUND = Buffer.alloc(BLOCK_PX);

/** Cuts grey levels at 127, in place. */
function threshold(grey: Uint8Array, width: number): Omit<DecodedMask, 'width' | 'height'> {
  const data = new Uint8Array(grey.buffer, grey.byteOffset, grey.length);
  const bytes = Buffer.from(grey.buffer, grey.byteOffset, grey.length);
  let objectPx = 0;
  let betweenPx = 0;
  let [first, last] = [-1, -1];
  for (let from = 0; from < data.length; from += BLOCK_PX) {
    const until = Math.min(data.length, from + BLOCK_PX);
    // Most of most masks is background.
    if (bytes.compare(BACKGROUND, 0, until - from, from, until) === 0) continue;
    for (let i = from; i < until; i++) {
      const value = data[i] as number;
      if (value === 0) continue;
      if (value !== 255) betweenPx++;
      data[i] = value > 127 ? 255 : 0;
      if (value <= 127) continue;
      objectPx++;
      if (first < 0) first = i;
      last = i;
    }
  }
  const rows = first < 0 ? ([0, 0] as const) : ([Math.floor(first / width), Math.floor(last / width) + 1] as const);
  return { data, objectPx, betweenPx, rows };
}

/** RGB or RGBA bytes as grey on black. */
function greyOf(file: string, bytes: Uint8Array, channels: number): Uint8Array {
  const grey = new Uint8Array(bytes.length / channels);
  let opaquePx = 0;
  let brightPx = 0;
  for (let i = 0, from = 0; i < grey.length; i++, from += channels) {
    const red = bytes[from] as number;
    const green = bytes[from + 1] as number;
    const blue = bytes[from + 2] as number;
    const alpha = channels === 4 ? (bytes[from + 3] as number) : 255;
    if (alpha > 0 && Math.max(red, green, blue) - Math.min(red, green, blue) > greyTolerance) {
      throw new NotAMaskError(
        `The mask ${file} holds colours: save each instance as a greyscale image of its own, object white, background black.`,
      );
    }
    grey[i] = Math.round((Math.max(red, green, blue) * alpha) / 255);
    if (alpha > 127) opaquePx++;
    if ((grey[i] as number) > 127) brightPx++;
  }
  if (opaquePx < grey.length && opaquePx > 0 && brightPx === 0) {
    throw new NotAMaskError(
      `The mask ${file} holds its shape in the transparency of a dark picture: save it as greyscale without ` +
        'transparency, object white, background black.',
    );
  }
  return grey;
}
