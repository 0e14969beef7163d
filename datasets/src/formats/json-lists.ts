import { type FileHandle, open } from 'node:fs/promises';
import { cannotBeRead, UserError } from '@instagan/core/data';

/** Where an item of a list lies in its file. */
export interface ItemPlace {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

const READ_BYTES = 2 ** 20;
/** A larger item is no annotation. */
const MAX_ITEM_BYTES = 2 ** 27;

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
/** Bytes that are looked at outside of strings; the others belong to numbers, words and spaces. */
const MATTERS = new Uint8Array(256);
for (const byte of [QUOTE, COMMA, COLON, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT]) MATTERS[byte] = 1;

/**
 * Gives each item of some lists at the first level of a JSON file, one after the other, whatever the size of the file:
 * `{"images": [ITEM, ITEM], …}`. Finds where items begin and end, and leaves the rest to `JSON.parse`; parsers that stream every
 * token take eight times as long for the half gigabyte of COCO's training set.
 *
 * @param lists their names
 * @returns the names of those that are there
 * @throws UserError if the file cannot be read, or is no JSON
 */
export async function readJsonLists(
  file: string,
  lists: ReadonlySet<string>,
  take: (list: string, item: unknown, place: ItemPlace) => void,
): Promise<ReadonlySet<string>> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw cannotBeRead(file, error);
  });
  try {
    return await new ListReader(handle, lists, take).read();
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError(`${file} is not JSON (${error.message}): write it anew.`);
    throw cannotBeRead(file, error);
  } finally {
    await handle.close();
  }
}

/** Reads items again. @throws UserError if they are no longer there */
export async function readJsonItems(file: string, places: readonly ItemPlace[]): Promise<unknown[]> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw cannotBeRead(file, error);
  });
  try {
    const items: unknown[] = [];
    for (const { offsetBytes, lengthBytes } of places) {
      const bytes = Buffer.alloc(lengthBytes);
      await handle.read(bytes, 0, lengthBytes, offsetBytes);
      items.push(JSON.parse(bytes.toString('utf8')));
    }
    return items;
  } catch {
    throw new UserError(`${file} has changed since it was opened: run the same command again.`);
  } finally {
    await handle.close();
  }
}

class ListReader {
  private readonly handle: FileHandle;
  private readonly lists: ReadonlySet<string>;
  private readonly take: (list: string, item: unknown, place: ItemPlace) => void;
  private readonly found = new Set<string>();
  private buffer: Buffer = Buffer.allocUnsafe(2 * READ_BYTES);
  /** Bytes of the buffer that are read. */
  private filled = 0;
  /** Place of the buffer's first byte in the file. */
  private base = 0;
  /** Where scanning goes on in the buffer; so are all places below. */
  private at = 0;
  private depth = 0;
  private isOver = false;
  private inString = false;
  /** Whether a backslash at the end of what was scanned applies to the next byte of the string. */
  private isEscaped = false;
  /** Where the last string of the first level lies, which may be a key; -1 for none. */
  private textStart = -1;
  private textEnd = -1;
  private key = '';
  /** The wanted list that scanning is in. */
  private list: string | null = null;
  private awaitsItem = false;
  private itemStart = -1;

  constructor(handle: FileHandle, lists: ReadonlySet<string>, take: ListReader['take']) {
    this.handle = handle;
    this.lists = lists;
    this.take = take;
  }

  async read(): Promise<ReadonlySet<string>> {
    let isFirst = true;
    while (await this.fill()) {
      if (isFirst && this.buffer.subarray(0, 3).equals(BYTE_ORDER_MARK)) this.at = 3;
      isFirst = false;
      this.scan();
    }
    if (!this.isOver) throw new SyntaxError('it is empty or cut short');
    return this.found;
  }

  /** Reads on, behind what is still needed of the buffer. */
  private async fill(): Promise<boolean> {
    const needed = [this.at, this.itemStart, this.textStart].filter((place) => place >= 0);
    const from = Math.min(...needed);
    if (from > 0) {
      this.buffer.copyWithin(0, from, this.filled);
      this.base += from;
      this.filled -= from;
      this.at -= from;
      if (this.itemStart >= 0) this.itemStart -= from;
      if (this.textStart >= 0) this.textStart -= from;
      this.textEnd -= from;
    }
    if (this.filled > this.buffer.length - READ_BYTES) {
      if (this.filled > MAX_ITEM_BYTES) throw new SyntaxError('an item is larger than 128 MB');
      this.buffer = Buffer.concat([this.buffer], 2 * this.buffer.length);
    }
    const { bytesRead } = await this.handle.read(this.buffer, this.filled, READ_BYTES, this.base + this.filled);
    this.filled += bytesRead;
    return bytesRead > 0;
  }

  private scan(): void {
    const bytes = this.buffer.subarray(0, this.filled);
    let at = this.at;
    while (at < bytes.length) {
      if (this.inString) {
        at = this.endOfString(bytes, at);
        continue;
      }
      const byte = bytes[at] as number;
      if (this.awaitsItem && !SPACES.has(byte) && byte !== CLOSE_LIST) {
        this.itemStart = at;
        this.awaitsItem = false;
      }
      if (MATTERS[byte] === 1) this.structure(bytes, byte, at);
      else if (this.depth === 0 && !SPACES.has(byte)) throw new SyntaxError('it holds something else');
      at++;
    }
    this.at = at;
  }

  /** @returns the place behind the string, or the end of the bytes if it goes on */
  private endOfString(bytes: Buffer, from: number): number {
    const quote = bytes.indexOf(QUOTE, from);
    const end = quote === -1 ? bytes.length : quote;
    let first = end;
    while (first > from && bytes[first - 1] === BACKSLASH) first--;
    const odd = (end - first) % 2 === 1;
    const isEscaped = first === from && this.isEscaped ? !odd : odd;
    if (quote === -1) {
      this.isEscaped = isEscaped;
      return end;
    }
    this.isEscaped = false;
    if (!isEscaped) {
      this.inString = false;
      if (this.depth === 1) this.textEnd = quote + 1;
    }
    return quote + 1;
  }

  private structure(bytes: Buffer, byte: number, at: number): void {
    switch (byte) {
      case QUOTE:
        if (this.depth === 0) throw new SyntaxError('it holds something else');
        this.inString = true;
        if (this.depth === 1) this.textStart = at;
        return;
      case COLON:
        if (this.depth !== 1 || this.textStart < 0) return;
        this.key = JSON.parse(bytes.toString('utf8', this.textStart, this.textEnd)) as string;
        this.textStart = -1;
        return;
      case COMMA:
        if (this.depth === 1) this.textStart = -1;
        if (this.depth !== 2 || this.list === null) return;
        this.endItem(bytes, at);
        this.awaitsItem = true;
        return;
      case OPEN_LIST:
      case OPEN_OBJECT:
        if (this.isOver) throw new SyntaxError('it goes on behind its end');
        this.depth++;
        if (this.depth !== 2 || byte !== OPEN_LIST || !this.lists.has(this.key)) return;
        this.list = this.key;
        this.found.add(this.key);
        this.awaitsItem = true;
        return;
      default:
        if (this.depth === 2 && this.list !== null) {
          this.endItem(bytes, at);
          this.list = null;
          this.awaitsItem = false;
        }
        this.depth--;
        if (this.depth < 0) throw new SyntaxError('it closes more than it opens');
        this.isOver = this.depth === 0;
    }
  }

  private endItem(bytes: Buffer, end: number): void {
    if (this.itemStart < 0) return;
    const item: unknown = JSON.parse(bytes.toString('utf8', this.itemStart, end));
    const place = { offsetBytes: this.base + this.itemStart, lengthBytes: end - this.itemStart };
    this.itemStart = -1;
    this.take(this.list as string, item, place);
  }
}
