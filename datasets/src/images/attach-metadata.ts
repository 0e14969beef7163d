import { deflateSync } from 'node:zlib';
import { crc32 } from '@instagan/core/data';

const SIGNATURE_AND_HEADER_BYTES = 33;
/** As sharp puts it before the EXIF of a JPEG. */
const EXIF_PREFIX = Buffer.from('Exif\0\0', 'latin1');

/**
 * Adds a colour profile and EXIF to a PNG, as they are: sharp converts the colours of what it gives a profile.
 *
 * @param exif with or without the prefix that JPEG files have
 */
export function attachMetadata(
  png: Uint8Array,
  { icc, exif }: { readonly icc: Buffer | null; readonly exif: Buffer | null },
): Buffer {
  const chunks: Buffer[] = [];
  if (icc !== null) {
    chunks.push(chunkOf('iCCP', Buffer.concat([Buffer.from('profile\0\0', 'latin1'), deflateSync(icc)])));
  }
  if (exif !== null) chunks.push(chunkOf('eXIf', withoutPrefix(exif)));
  return Buffer.concat([
    png.subarray(0, SIGNATURE_AND_HEADER_BYTES),
    ...chunks,
    png.subarray(SIGNATURE_AND_HEADER_BYTES),
  ]);
}

function withoutPrefix(exif: Buffer): Buffer {
  return exif.subarray(0, EXIF_PREFIX.length).equals(EXIF_PREFIX) ? exif.subarray(EXIF_PREFIX.length) : exif;
}

function chunkOf(name: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(name, 4, 'latin1');
  data.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}
