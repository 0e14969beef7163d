import { crc32 } from '../runtime/crc32.ts';

/** Why a file is no whole zip archive, in a few words. */
export class ZipDamage extends Error {}

/** An archive was packed by another program than `torch.save`, which stores its entries as they are. */
export class ZipCompressed extends Error {}

const STORED = 0;
const ENCRYPTED = 1;
/** In place of a number that the 64-bit extra field holds. */
const IN_EXTRA = 0xffff_ffff;
const ZIP64_EXTRA = 1;
const CENTRAL = { signature: 0x0201_4b50, bytes: 46 };
const LOCAL = { signature: 0x0403_4b50, bytes: 30 };
const END = { signature: 0x0605_4b50, bytes: 22 };
const END_64 = { signature: 0x0606_4b50, bytes: 56 };
const LOCATOR_64 = { signature: 0x0706_4b50, bytes: 20 };
const MAX_COMMENT_BYTES = 0xffff;

/**
 * The entries of a zip archive that compresses nothing, as views of the file. Each must have the CRC-32 that the archive's
 * directory holds for it: one changed bit of an entry is found.
 *
 * @throws ZipDamage if the archive is not whole, ZipCompressed if an entry is compressed or encrypted
 */
export function readStoredZip(file: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const entries = new Map<string, Uint8Array>();
  const spans: { from: number; to: number }[] = [];
  const directory = findDirectory(view);
  let at = directory.offset;
  for (let i = 0; i < directory.entries; i++) {
    require(holds(view, at, CENTRAL), 'its directory is cut short');
    const flags = view.getUint16(at + 8, true);
    const crc = view.getUint32(at + 16, true);
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const next = at + CENTRAL.bytes + nameBytes + extraBytes + view.getUint16(at + 32, true);
    require(next <= file.length, 'its directory is cut short');
    const nameAt = at + CENTRAL.bytes;
    const name = textOf(file.subarray(nameAt, nameAt + nameBytes));
    require(name !== null && name !== '' && !entries.has(name), 'an entry without a name of its own');
    if (view.getUint16(at + 10, true) !== STORED || flags & ENCRYPTED) throw new ZipCompressed();
    const extra = new DataView(view.buffer, view.byteOffset + nameAt + nameBytes, extraBytes);
    const [size, storedSize, offset] = numbersOf(view, at, extra);
    require(size === storedSize, 'an entry of two sizes');
    const data = contentOf(file, view, offset, storedSize, file.subarray(nameAt, nameAt + nameBytes));
    require(crc32(data) === crc, 'an entry has another checksum than it was saved with');
    spans.push({ from: offset, to: data.byteOffset - file.byteOffset + data.length });
    entries.set(name as string, data);
    at = next;
  }
  spans.sort((a, b) => a.from - b.from);
  for (const [i, { from }] of spans.entries()) require(from >= (spans[i - 1]?.to ?? 0), 'entries that overlap');
  return entries;
}

function require(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new ZipDamage(otherwise);
}

function holds(view: DataView, at: number, { signature, bytes }: { signature: number; bytes: number }): boolean {
  return at >= 0 && at + bytes <= view.byteLength && view.getUint32(at, true) === signature;
}

/** Where the archive's directory begins, and how many entries it has. */
function findDirectory(view: DataView): { offset: number; entries: number } {
  const last = view.byteLength - END.bytes;
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT_BYTES); at--) {
    if (!holds(view, at, END) || at + END.bytes + view.getUint16(at + 20, true) !== view.byteLength) continue;
    const locator = at - LOCATOR_64.bytes;
    if (!holds(view, locator, LOCATOR_64)) {
      return { offset: view.getUint32(at + 16, true), entries: view.getUint16(at + 10, true) };
    }
    const end64 = wholeAt(view, locator + 8);
    require(holds(view, end64, END_64), 'its end is damaged');
    return { offset: wholeAt(view, end64 + 48), entries: wholeAt(view, end64 + 32) };
  }
  throw new ZipDamage('its end is missing');
}

/** Size, stored size and offset of an entry of the directory. */
function numbersOf(view: DataView, at: number, extra: DataView): [size: number, storedSize: number, offset: number] {
  const own = [24, 20, 42].map((field) => view.getUint32(at + field, true));
  if (own.includes(IN_EXTRA)) {
    let field = findExtra(extra, ZIP64_EXTRA);
    for (const [i, value] of own.entries()) {
      if (value !== IN_EXTRA) continue;
      require(field + 8 <= extra.byteLength, 'an entry without a size');
      own[i] = wholeAt(extra, field);
      field += 8;
    }
  }
  return own as [number, number, number];
}

/** Where the content of an extra field begins. */
function findExtra(extra: DataView, id: number): number {
  let at = 0;
  while (at + 4 <= extra.byteLength) {
    if (extra.getUint16(at, true) === id) return at + 4;
    at += 4 + extra.getUint16(at + 2, true);
  }
  return extra.byteLength;
}

function contentOf(file: Uint8Array, view: DataView, offset: number, size: number, name: Uint8Array): Uint8Array {
  require(holds(view, offset, LOCAL), 'an entry is not where the directory says');
  const nameBytes = view.getUint16(offset + 26, true);
  const nameAt = offset + LOCAL.bytes;
  const start = nameAt + nameBytes + view.getUint16(offset + 28, true);
  require(start + size <= file.length, 'an entry is cut short');
  const isSame = nameBytes === name.length && name.every((byte, i) => file[nameAt + i] === byte);
  require(isSame, 'an entry of two names');
  return file.subarray(start, start + size);
}

/** A 64-bit number. One beyond 2^53 is beyond any file, too. */
function wholeAt(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
