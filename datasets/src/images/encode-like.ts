import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@instagan/core/data';
import type { Metadata, Sharp } from 'sharp';
import { attachMetadata } from './attach-metadata.ts';
import { correctExif } from './correct-exif.ts';
import type { RgbImage } from './image-file.ts';
import { openImage, openPixels, openPng, unreadable } from './open-image.ts';
import { openUpright } from './read-image.ts';

/** File formats by name, with the ending of a file. */
export const WRITTEN_FORMATS = { png: '.png', jpeg: '.jpg', webp: '.webp', avif: '.avif', tiff: '.tiff' } as const;

export type WrittenFormat = keyof typeof WRITTEN_FORMATS;

/** An image as its file has it, and as it was read. */
export interface OriginalImage {
  readonly file: string;
  /** 8-bit sRGB, as `readImage` gives it; of another size if it was stretched. */
  readonly read: RgbImage;
}

/** What became of an image. */
export interface ChangedImage extends RgbImage {
  /** Objects, 255: what has changed there becomes opaque, where the original was transparent. */
  readonly masks: readonly Uint8Array[];
}

export interface EncodeLikeOptions {
  readonly format: WrittenFormat;
  /** Of JPEG, WebP and AVIF, 1 … 100. @default 95 */
  readonly quality?: number;
}

/** The format that a file of this one comes back in: its own, or PNG for what would be spoilt, such as a GIF of 256 colours. */
export async function formatLike(file: string): Promise<WrittenFormat> {
  try {
    const { format } = await openImage(file).metadata();
    if (format === 'heif') return 'avif';
    return format in WRITTEN_FORMATS ? (format as WrittenFormat) : 'png';
  } catch (error) {
    throw await unreadable(file, error);
  }
}

/**
 * Encodes what an image was changed into as the file it was read from: pixels that did not change have the very levels, depth
 * (8 or 16 bits) and transparency of the file, and those that did are brought into its colour profile. EXIF stays but for what is no
 * longer right. JPEG, WebP and AVIF hold 8 bits, JPEG no transparency (it is laid on white). Greyscale and CMYK become RGB.
 *
 * @throws UserError if the original cannot be read any more, or its size is beyond what the format holds
 */
export async function encodeLike(
  original: OriginalImage,
  changed: ChangedImage,
  { format, quality = 95 }: EncodeLikeOptions,
): Promise<Uint8Array> {
  let metadata: Metadata;
  try {
    metadata = await openImage(original.file).metadata();
  } catch (error) {
    throw await unreadable(original.file, error);
  }
  const { icc = null, colours } = await coloursIn(metadata, changed);
  const pixels = await mergedPixels(original, changed, { colours, icc, isDeep: metadata.depth === 'ushort' });
  const exif = metadata.exif === undefined ? null : correctExif(metadata.exif, changed);
  const { width, height } = changed;
  const { channels, data } = pixels;
  const isDeep = data instanceof Uint16Array;
  const raw = openPixels(data, { width, height, channels }).toColourspace(isDeep ? 'rgb16' : 'srgb');
  try {
    if (icc === null && exif === null) return await encoded(raw, format, quality, isDeep);
    const png = attachMetadata(await raw.png({ compressionLevel: 0 }).toBuffer(), { icc, exif });
    return await encoded(openPng(png).keepIccProfile().keepExif(), format, quality, isDeep);
  } catch (error) {
    throw new UserError(
      `${original.file} cannot be written as ${format}: ${(error as Error).message.split('\n')[0]}; choose another format.`,
    );
  }
}

function encoded(image: Sharp, format: WrittenFormat, quality: number, isDeep: boolean): Promise<Uint8Array> {
  const deep = image.toColourspace(isDeep ? 'rgb16' : 'srgb');
  const shallow = () => image.toColourspace('srgb');
  switch (format) {
    case 'png':
      return deep.png().toBuffer();
    case 'tiff':
      return deep.tiff({ compression: 'deflate', predictor: 'horizontal' }).toBuffer();
    case 'jpeg':
      return shallow().flatten({ background: '#ffffff' }).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
    case 'webp':
      return shallow().webp({ quality }).toBuffer();
    case 'avif':
      return shallow().avif({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
  }
}

/** The changed picture in the colours of a profile; without one where sRGB does as well. */
async function coloursIn(
  { icc, space }: Metadata,
  { width, height, data }: RgbImage,
): Promise<{ icc?: Buffer; colours: Uint8Array }> {
  if (icc === undefined || (space !== 'srgb' && space !== 'rgb16')) return { colours: data };
  const folder = await mkdtemp(join(tmpdir(), 'instagan-'));
  try {
    const profile = join(folder, 'profile.icc');
    await writeFile(profile, icc);
    const colours = await openPixels(data, { width, height, channels: 3 })
      .withIccProfile(profile)
      .raw({ depth: 'uchar' })
      .toBuffer();
    return { icc, colours };
  } catch {
    // Some profiles only lead from a device to colours.
    return { colours: data };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Pixels {
  readonly channels: 3 | 4;
  readonly data: Uint8Array | Uint16Array;
}

/** The file's own pixels, with the changed ones put over them. */
async function mergedPixels(
  { file, read }: OriginalImage,
  changed: ChangedImage,
  { colours, icc, isDeep }: { colours: Uint8Array; icc: Buffer | null; isDeep: boolean },
): Promise<Pixels> {
  const { width, height, data } = changed;
  const own = await ownPixels(file, icc !== null, isDeep);
  if (own.width !== width || own.height !== height) return { channels: 3, data: colours };
  const { channels, data: pixels } = own;
  const scale = pixels instanceof Uint16Array ? 257 : 1;
  for (let i = 0, at = 0, to = 0; i < width * height; i++, at += 3, to += channels) {
    const isSame =
      data[at] === read.data[at] && data[at + 1] === read.data[at + 1] && data[at + 2] === read.data[at + 2];
    if (isSame) continue;
    for (let c = 0; c < 3; c++) pixels[to + c] = (colours[at + c] as number) * scale;
    if (channels === 4 && changed.masks.some((mask) => (mask[i] as number) > 127)) pixels[to + 3] = 255 * scale;
  }
  return { channels, data: pixels };
}

/** @param isOfProfile levels stay as stored, in the colours of the file's profile; else they become sRGB */
async function ownPixels(file: string, isOfProfile: boolean, isDeep: boolean): Promise<Pixels & RgbSize> {
  try {
    const picture = isOfProfile
      ? openImage(file, { failOn: 'error', autoOrient: true, ignoreIcc: true })
      : await openUpright(file);
    const staysDeep = isDeep && (await picture.metadata()).depth === 'ushort';
    const { data, info } = await picture
      .toColourspace(staysDeep ? 'rgb16' : 'srgb')
      .raw({ depth: staysDeep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const pixels = staysDeep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
    return { width: info.width, height: info.height, channels: info.channels as 3 | 4, data: pixels };
  } catch (error) {
    throw await unreadable(file, error);
  }
}

interface RgbSize {
  readonly width: number;
  readonly height: number;
}
