import { UserError } from '../errors.ts';

/** Reads little-endian values from a file in memory; running past the end is an error that names the file. */
export interface ByteReader {
  readonly fileName: string;
  /** Bytes read so far. */
  position(): number;
  /** Bytes left. */
  remaining(): number;
  uint8(): number;
  uint16(): number;
  uint32(): number;
  int32(): number;
  uint64(): bigint;
  /** A float64, big-endian as pickle has it. */
  float64BigEndian(): number;
  /** The next `length` bytes, not copied. */
  bytes(length: number | bigint): Uint8Array;
  /** UTF-8 text of `length` bytes. */
  text(length: number | bigint): string;
  /** Text up to a newline, which is consumed and not returned. */
  line(): string;
}

/** @throws UserError (from every method) if the file ends too early or text is not UTF-8 */
export function createByteReader(file: Uint8Array, fileName: string): ByteReader {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let position = 0;
  const take = (length: number | bigint): number => {
    if (length > file.length - position) throw new UserError(`${fileName} is cut short: take a fresh copy of it.`);
    const start = position;
    position += Number(length);
    return start;
  };
  const bytes = (length: number | bigint) => file.subarray(take(length), position);
  const text = (length: number | bigint) => {
    try {
      return decoder.decode(bytes(length));
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(`${fileName} is damaged (text that is not UTF-8): take a fresh copy of it.`);
    }
  };
  return {
    fileName,
    position: () => position,
    remaining: () => file.length - position,
    uint8: () => view.getUint8(take(1)),
    uint16: () => view.getUint16(take(2), true),
    uint32: () => view.getUint32(take(4), true),
    int32: () => view.getInt32(take(4), true),
    uint64: () => view.getBigUint64(take(8), true),
    float64BigEndian: () => view.getFloat64(take(8), false),
    bytes,
    text,
    line: () => {
      const end = file.indexOf(0x0a, position);
      const line = text((end === -1 ? file.length + 1 : end) - position);
      take(1);
      return line;
    },
  };
}
