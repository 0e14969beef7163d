/**
 * Constants and primitives of NUT, the container in which raw frames go through pipes to and from ffmpeg: it is streamed,
 * and it carries the size of the frames and their exact timestamps in any time base
 * (https://ffmpeg.org/nut/nut.txt, version 3).
 */
export const FILE_ID = 'nut/multimedia container\0';

/** First eight bytes of each kind of packet, as hexadecimal digits. */
export const START_CODES = {
  main: '4e4d7a561f5f04ad',
  stream: '4e5311405bf2f9db',
  syncpoint: '4e4be4adeeca4569',
} as const;

/** Every packet begins with `N`, which no frame code is. */
export const PACKET_MARK = 0x4e;

export const FLAGS = {
  key: 1,
  codedPts: 8,
  streamId: 16,
  sizeMsb: 32,
  checksum: 64,
  reserved: 128,
  sideData: 256,
  headerIndex: 1024,
  matchTime: 2048,
  coded: 4096,
  invalid: 8192,
} as const;

/** What NUT calls the two layouts of raw frames that are used here. */
export const PIXEL_CODES = { rgb: [0x52, 0x47, 0x42, 24], rgba: [0x52, 0x47, 0x42, 0x41] } as const;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});

/** CRC-32 with the generator 0x04C11DB7, first bit first, starting from 0. */
export function nutChecksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] as number)) >>> 0;
  return crc;
}

/** A whole number of at least 0 as 7 bits a byte, the highest first; all but the last byte have the top bit set. */
export function nutNumber(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(128 + (rest % 128));
  return bytes;
}
