import {
  bytesOf,
  NutError,
  NutReader,
  nutChecksum,
  nutFrameHeader,
  nutHeader,
} from '@instagan/video/internals/streams';
import type { FuzzTarget } from '../fuzz-target.ts';

const FORMAT = {
  width: 4,
  height: 3,
  hasAlpha: false,
  timeBase: { numerator: 1, denominator: 25 },
  pixelAspect: { numerator: 1, denominator: 1 },
};

function stream(hasAlpha: boolean, frames: number): Uint8Array {
  const format = { ...FORMAT, hasAlpha };
  const bytes = FORMAT.width * FORMAT.height * (hasAlpha ? 4 : 3);
  const pixels = Uint8Array.from({ length: bytes }, (_, i) => i);
  const parts = Array.from({ length: frames }, (_, i) => [nutFrameHeader(i, bytes), pixels]).flat();
  return Uint8Array.from(Buffer.concat([nutHeader(format), ...parts]));
}

/** The stream of raw frames that comes out of ffmpeg. */
export const nut: FuzzTarget = {
  name: 'nut',
  kind: 'bytes',
  words: [
    'NMzV\x1f_\x04\xad',
    'NS\x11@[\xf2\xf9\xdb',
    'NK\xe4\xad\xee\xcaEi',
    'RGB\x18',
    'RGBA',
    '\xff\xff\xff\xff\xff\x7f',
    '\x80\x80',
  ],
  seeds: async () => [stream(false, 3), stream(true, 2)],
  mend: mendedPackets,
  read: async (input) => {
    async function* chunks() {
      for (let at = 0; at < input.length; at += 100) yield input.subarray(at, at + 100);
    }
    const reader = new NutReader(bytesOf(chunks()));
    try {
      if ((await reader.format()) === null) return [];
      while ((await reader.frame()) !== null);
    } catch (error) {
      if (!(error instanceof NutError)) throw error;
    }
    return [];
  },
};

/** Gives every packet the checksum of its content. */
function mendedPackets(input: Uint8Array): Uint8Array {
  const result = Uint8Array.from(input);
  for (let at = 25; at + 9 < result.length && result[at] === 0x4e; ) {
    let start = at + 8;
    let size = 0;
    for (let more = true; more && start < result.length; start++) {
      size = size * 128 + ((result[start] as number) & 127);
      more = (result[start] as number) > 127;
    }
    const end = start + size;
    if (size < 4 || end > result.length) break;
    new DataView(result.buffer).setUint32(end - 4, nutChecksum(result.subarray(start, end - 4)));
    at = end;
  }
  return result;
}
