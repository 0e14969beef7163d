import type { SizePx } from '@instagan/core/data';

const TAG = { orientation: 0x0112, exifFolder: 0x8769, width: 0xa002, height: 0xa003 } as const;
const ENTRY_BYTES = 12;

/**
 * A copy of EXIF data in which nothing contradicts an upright picture of this size: orientation and size are set, and the small
 * preview, which shows the picture as it was, is taken out. Everything else stays, such as camera, date and place.
 *
 * @param exif beginning with `Exif\0\0` or with the byte order
 * @returns null if it cannot be read
 */
export function correctExif(exif: Buffer, { width, height }: SizePx): Buffer | null {
  const copy = Buffer.from(exif);
  const tiff = copy.subarray(copy.toString('latin1', 0, 4) === 'Exif' ? 6 : 0);
  try {
    const order = tiff.toString('latin1', 0, 2);
    if (order !== 'II' && order !== 'MM') return null;
    const fields = new Fields(tiff, order === 'II');
    const first = fields.uint32(4);
    fields.set(first, TAG.orientation, 1);
    const details = fields.valueOf(first, TAG.exifFolder);
    if (details !== null) {
      fields.set(details, TAG.width, width);
      fields.set(details, TAG.height, height);
    }
    fields.endChain(first);
    return copy;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Entries of 12 bytes: tag, type, count, value. Reading beyond the end throws a RangeError. */
class Fields {
  readonly #bytes: Buffer;
  readonly #isLittle: boolean;

  constructor(bytes: Buffer, isLittle: boolean) {
    this.#bytes = bytes;
    this.#isLittle = isLittle;
  }

  uint32(at: number): number {
    return this.#isLittle ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }

  valueOf(folder: number, tag: number): number | null {
    const entry = this.#find(folder, tag);
    if (entry === null) return null;
    return this.#isShort(entry) ? this.#uint16(entry + 8) : this.uint32(entry + 8);
  }

  /** Sets a number that is there; adds none. */
  set(folder: number, tag: number, value: number): void {
    const entry = this.#find(folder, tag);
    if (entry === null) return;
    const [bits, at] = this.#isShort(entry) ? [16, entry + 8] : [32, entry + 8];
    this.#bytes[`writeUInt${bits as 16 | 32}${this.#isLittle ? 'LE' : 'BE'}`](value, at);
  }

  /** Makes a folder the last one. */
  endChain(folder: number): void {
    this.#bytes.writeUInt32LE(0, folder + 2 + this.#uint16(folder) * ENTRY_BYTES);
  }

  #find(folder: number, tag: number): number | null {
    const count = this.#uint16(folder);
    for (let i = 0; i < count; i++) {
      const entry = folder + 2 + i * ENTRY_BYTES;
      if (this.#uint16(entry) === tag) return entry;
    }
    return null;
  }

  #isShort(entry: number): boolean {
    return this.#uint16(entry + 2) === 3;
  }

  #uint16(at: number): number {
    return this.#isLittle ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at);
  }
}
