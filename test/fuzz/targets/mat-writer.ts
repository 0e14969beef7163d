import { deflateSync } from 'node:zlib';

const [INT8, UINT8, UINT16, INT32, UINT32, MATRIX, COMPRESSED] = [1, 2, 4, 5, 6, 14, 15];
const [CELL, CHAR, NUMBERS] = [1, 4, 9];

/** Kinds of elements and classes of matrices, as they begin. */
export const MAT_WORDS = [MATRIX, COMPRESSED, INT8, UINT16, UINT32, 7, 9, 16, 17]
  .map((type) => String.fromCharCode(type, 0, 0, 0))
  .concat(['groundtruth', 'label_list', '\xff\xff\xff\x7f', '\x01\0\x04\0']);

/** A file of MATLAB, level 5, of one variable. */
export function matFile(variable: Uint8Array, isCompressed = false): Uint8Array {
  const header = Buffer.alloc(128, ' ');
  header.write('MATLAB 5.0 MAT-file');
  header.writeUInt16LE(0x0100, 124);
  header.write('IM', 126);
  return Uint8Array.from(
    Buffer.concat([header, isCompressed ? element(COMPRESSED, deflateSync(variable), false) : variable]),
  );
}

export function matNumbers(name: string, dimensions: readonly number[], values: Uint8Array): Uint8Array {
  return matrix(NUMBERS, name, dimensions, element(UINT8, values));
}

export function matCells(name: string, texts: readonly string[]): Uint8Array {
  const cells = texts.map((text) => matrix(CHAR, '', [1, text.length], element(UINT16, Buffer.from(text, 'utf16le'))));
  return matrix(CELL, name, [1, texts.length], Buffer.concat(cells));
}

function matrix(kind: number, name: string, dimensions: readonly number[], content: Uint8Array): Uint8Array {
  return element(
    MATRIX,
    Buffer.concat([
      element(UINT32, Buffer.from(Uint32Array.of(kind, 0).buffer)),
      element(INT32, Buffer.from(Int32Array.from(dimensions).buffer)),
      element(INT8, Buffer.from(name)),
      content,
    ]),
  );
}

/** Padded to a multiple of 8 bytes, but for compressed ones. */
function element(type: number, content: Uint8Array, isPadded = true): Uint8Array {
  const tag = Buffer.from(Uint32Array.of(type, content.length).buffer);
  return Buffer.concat([tag, content, Buffer.alloc(isPadded ? (8 - (content.length % 8)) % 8 : 0)]);
}
