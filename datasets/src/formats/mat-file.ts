import { readFile, stat } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import { cannotBeRead, UserError } from '@instagan/core/data';

/** A matrix of numbers of a MATLAB file, column by column as it is stored there. */
export interface MatNumbers {
  readonly kind: 'numbers';
  readonly dimensions: readonly number[];
  readonly values: ArrayLike<number>;
}

export interface MatText {
  readonly kind: 'text';
  readonly text: string;
}

export interface MatCells {
  readonly kind: 'cells';
  readonly cells: readonly MatValue[];
}

/** What else a file holds, such as structures. */
export interface MatOther {
  readonly kind: 'other';
}

export type MatValue = MatNumbers | MatText | MatCells | MatOther;

/** Larger files hold no mask of one picture. */
const MAX_BYTES = 2 ** 28;
const MAX_DEPTH = 16;
const HEADER_BYTES = 128;

/** Types of elements, as the format's description numbers them. */
const [MATRIX, COMPRESSED, UTF8, UTF16] = [14, 15, 16, 17];
const [CELL_CLASS, CHAR_CLASS, FIRST_NUMBER_CLASS, LAST_NUMBER_CLASS] = [1, 4, 6, 15];

/**
 * Reads the variables of a MATLAB file of level 5 (`save -v6`, `-v7`): numbers, texts and cells. Nothing in it is run, and nothing is
 * allocated beyond its size or {@link MAX_BYTES}.
 *
 * @throws UserError naming the file if it cannot be read or is no such file; one of `-v7.3` is HDF5 and is told
 */
export async function readMatFile(file: string): Promise<ReadonlyMap<string, MatValue>> {
  let bytes: Buffer;
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new UserError(`${file} is larger than ${MAX_BYTES / 2 ** 20} MB: it is no mask file.`);
    bytes = await readFile(file);
  } catch (error) {
    throw cannotBeRead(file, error);
  }
  if (bytes.toString('latin1', 0, 19) === 'MATLAB 7.3 MAT-file') {
    throw new UserError(`${file} is a MATLAB file of version 7.3: save it with save(…, '-v7').`);
  }
  const order = bytes.toString('latin1', 126, 128);
  if (bytes.length < HEADER_BYTES || (order !== 'IM' && order !== 'MI')) {
    throw new UserError(`${file} is no MATLAB file: give one written with save(…, '-v7').`);
  }
  try {
    const variables = new Map<string, MatValue>();
    for (const element of elements(bytes.subarray(HEADER_BYTES), order === 'IM')) {
      const inner =
        element.type === COMPRESSED
          ? [...elements(inflateSync(element.bytes, { maxOutputLength: MAX_BYTES }), order === 'IM')]
          : [element];
      for (const { type, bytes: content } of inner) {
        if (type !== MATRIX) continue;
        const { name, value } = matrix(content, order === 'IM', 0);
        variables.set(name, value);
      }
    }
    return variables;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file} is damaged or cut short (${(error as Error).message}): replace it.`);
  }
}

interface Element {
  readonly type: number;
  readonly bytes: Buffer;
}

function* elements(bytes: Buffer, isLittle: boolean): Iterable<Element> {
  const word = (at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  for (let at = 0; at + 8 <= bytes.length; ) {
    const tag = word(at);
    const smallLength = tag >>> 16;
    if (smallLength > 0) {
      if (smallLength > 4) throw new RangeError('a small element is too long');
      yield { type: tag & 0xffff, bytes: bytes.subarray(at + 4, at + 4 + smallLength) };
      at += 8;
      continue;
    }
    const length = word(at + 4);
    if (at + 8 + length > bytes.length) throw new RangeError('an element goes on behind the end');
    yield { type: tag, bytes: bytes.subarray(at + 8, at + 8 + length) };
    at += 8 + (tag === COMPRESSED ? length : Math.ceil(length / 8) * 8);
  }
}

function matrix(bytes: Buffer, isLittle: boolean, depth: number): { name: string; value: MatValue } {
  if (depth > MAX_DEPTH) throw new RangeError('cells are nested too deeply');
  const [flags, dimensionsElement, nameElement, ...rest] = elements(bytes, isLittle);
  if (flags === undefined || dimensionsElement === undefined || nameElement === undefined) {
    return { name: '', value: { kind: 'other' } };
  }
  const kind = (isLittle ? flags.bytes.readUInt32LE(0) : flags.bytes.readUInt32BE(0)) & 0xff;
  const dimensions = Array.from(numbers(dimensionsElement, isLittle));
  const name = nameElement.bytes.toString('latin1');
  const [content] = rest;
  if (kind === CELL_CLASS) {
    const cells = rest.filter(({ type }) => type === MATRIX);
    return {
      name,
      value: { kind: 'cells', cells: cells.map((cell) => matrix(cell.bytes, isLittle, depth + 1).value) },
    };
  }
  if (kind === CHAR_CLASS) return { name, value: { kind: 'text', text: content ? text(content, isLittle) : '' } };
  if (kind < FIRST_NUMBER_CLASS || kind > LAST_NUMBER_CLASS) return { name, value: { kind: 'other' } };
  const values = content === undefined ? [] : numbers(content, isLittle);
  if (values.length !== dimensions.reduce((product, each) => product * each, 1)) {
    throw new RangeError(`${name} does not have the size that it states`);
  }
  return { name, value: { kind: 'numbers', dimensions, values } };
}

function text({ type, bytes }: Element, isLittle: boolean): string {
  if (type === UTF8 || type === UTF16) {
    return new TextDecoder(type === UTF8 ? 'utf-8' : isLittle ? 'utf-16le' : 'utf-16be').decode(bytes);
  }
  return String.fromCharCode(...numbers({ type, bytes }, isLittle).slice(0, 10_000));
}

/** How a number of each type is read: its bytes, and by what. */
const READERS: Readonly<Record<number, readonly [bytes: number, read: keyof DataView & `get${string}`]>> = {
  1: [1, 'getInt8'],
  2: [1, 'getUint8'],
  3: [2, 'getInt16'],
  4: [2, 'getUint16'],
  5: [4, 'getInt32'],
  6: [4, 'getUint32'],
  7: [4, 'getFloat32'],
  9: [8, 'getFloat64'],
  12: [8, 'getBigInt64'],
  13: [8, 'getBigUint64'],
};

function numbers({ type, bytes }: Element, isLittle: boolean): Uint8Array | Float64Array {
  const reader = READERS[type];
  if (reader === undefined) throw new RangeError(`numbers of type ${type} are unknown`);
  if (type === 2) return bytes;
  const [size, read] = reader;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float64Array(Math.floor(bytes.length / size));
  for (let i = 0; i < values.length; i++) values[i] = Number(view[read](i * size, isLittle));
  return values;
}
