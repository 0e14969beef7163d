import type { FrameFormat } from '../frame.ts';
import { FILE_ID, FLAGS, nutChecksum, nutNumber, PIXEL_CODES, START_CODES } from './nut-format.ts';

/** Every frame is a key frame with its own timestamp, size and checksum. */
const FRAME_FLAGS = FLAGS.key | FLAGS.codedPts | FLAGS.sizeMsb | FLAGS.checksum;
/** The table of frame codes is filled with one entry, in which a code adds itself to the size: 0 adds nothing. */
const FRAME_CODE = 0;
/** Timestamps are written whole; NUT marks that by adding 2 to the power of this. */
const MSB_PTS_SHIFT = 1;
const MAX_DISTANCE = 65_536;

/** What comes before the first frame: the NUT headers of one stream of raw frames. */
export function nutHeader({ width, height, hasAlpha, timeBase, pixelAspect }: FrameFormat): Uint8Array {
  const main = [
    ...[3, 1, MAX_DISTANCE].flatMap(nutNumber),
    ...[1, timeBase.numerator, timeBase.denominator].flatMap(nutNumber),
    // 'N' is left out of the table by itself.
    ...[FRAME_FLAGS, 6, 0, 1, 0, 0, 0, 255].flatMap(nutNumber),
    ...nutNumber(0),
  ];
  const pixelCode = hasAlpha ? PIXEL_CODES.rgba : PIXEL_CODES.rgb;
  const stream = [
    ...[0, 0, pixelCode.length].flatMap(nutNumber),
    ...pixelCode,
    // Time base, shift, distance between timestamps that needs a checksum, no reordering, no flags, no private data.
    ...[0, MSB_PTS_SHIFT, 1, 0, 0, 0].flatMap(nutNumber),
    ...[width, height, pixelAspect.numerator, pixelAspect.denominator, 0].flatMap(nutNumber),
  ];
  const id = Uint8Array.from(FILE_ID, (character) => character.charCodeAt(0));
  return Buffer.concat([id, packet(START_CODES.main, main), packet(START_CODES.stream, stream)]);
}

/** What comes before the pixels of each frame. @param ticks at least 0 */
export function nutFrameHeader(ticks: number, sizeBytes: number): Uint8Array {
  const syncpoint = packet(START_CODES.syncpoint, [...nutNumber(ticks), ...nutNumber(0)]);
  const header = Uint8Array.from([FRAME_CODE, ...nutNumber(ticks + 2 ** MSB_PTS_SHIFT), ...nutNumber(sizeBytes)]);
  return Buffer.concat([syncpoint, header, checksumBytes(header)]);
}

function packet(startCode: string, content: readonly number[]): Uint8Array {
  const bytes = Uint8Array.from(content);
  const size = Uint8Array.from(nutNumber(bytes.length + 4));
  return Buffer.concat([Buffer.from(startCode, 'hex'), size, bytes, checksumBytes(bytes)]);
}

function checksumBytes(bytes: Uint8Array): Uint8Array {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(nutChecksum(bytes));
  return checksum;
}
