import { readHead } from '../runtime/files.ts';

/** How files of a kind begin: bytes at a place, as Latin-1. */
type Signature = readonly [kind: string, at: number, bytes: string];

const SIGNATURES: readonly Signature[] = [
  ['a PNG image', 0, '\x89PNG\r\n\x1a\n'],
  ['a JPEG image', 0, '\xff\xd8\xff'],
  ['a GIF image', 0, 'GIF8'],
  ['a WebP image', 8, 'WEBP'],
  ['a TIFF image', 0, 'II*\0'],
  ['a TIFF image', 0, 'MM\0*'],
  ['a TIFF image', 0, 'II+\0'],
  ['a TIFF image', 0, 'MM\0+'],
  ['an AVIF image', 4, 'ftypavi'],
  ['a HEIC image', 4, 'ftyphei'],
  ['a HEIC image', 4, 'ftyphev'],
  ['a HEIC image', 4, 'ftypmif1'],
  ['a JPEG XL image', 0, '\xff\x0a'],
  ['a JPEG XL image', 4, 'JXL \r\n'],
  ['a JPEG 2000 image', 4, 'jP  \r\n'],
  ['a JPEG 2000 image', 0, '\xff\x4f\xff\x51'],
  ['a BMP image', 0, 'BM'],
  ['a Photoshop image', 0, '8BPS'],
  ['an OpenEXR image', 0, 'v/1\x01'],
  ['a Radiance image', 0, '#?RADIANCE'],
  ['a FITS image', 0, 'SIMPLE  ='],
  ['an image of libvips', 0, '\x08\xf2\xa6\xb6'],
  ['an image of libvips', 0, '\xb6\xa6\xf2\x08'],
  ['an icon', 0, '\0\0\x01\0'],
  ['a PDF document', 0, '%PDF-'],
  ['a PostScript document', 0, '%!PS'],
  ['a ZIP archive', 0, 'PK\x03\x04'],
  ['a gzip archive', 0, '\x1f\x8b'],
  ['a video', 4, 'ftyp'],
  ['a video', 0, '\x1aE\xdf\xa3'],
  ['a pointer of Git LFS, whose file was not fetched', 0, 'version https://git-lfs'],
];

/** Texts that may have something else before them. */
const TEXTS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['an SVG drawing', /<svg[\s>]/i],
  ['an HTML page', /<!doctype html|<html[\s>]/i],
  ['a portable anymap', /^P[1-7]\s/],
  ['an XML document', /^\s*<\?xml/],
];

/** So many first bytes are enough to tell. */
const HEAD_BYTES = 1024;

/**
 * What a file is by its first bytes, whatever its name.
 *
 * @returns words for a message, such as `a PDF document`; null if they say nothing known
 */
export async function kindOfFile(file: string): Promise<string | null> {
  return kindOfBytes(await readHead(file, HEAD_BYTES));
}

/** The same of a file in memory. */
export function kindOfBytes(bytes: Uint8Array): string | null {
  if (bytes.length === 0) return 'empty';
  const text = Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1');
  const [kind] = SIGNATURES.find(([, at, bytes]) => text.startsWith(bytes, at)) ?? [];
  if (kind !== undefined) return kind;
  return TEXTS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}
