import { UserError } from '../errors.ts';
import { bfloat16ToFloat, floatToHalf, halfToFloat } from './half-float.ts';
import { elementCount, type NamedArray, type NamedArrays, type NumericArray } from './named-arrays.ts';

/** The format's own limit on the header. */
const MAX_HEADER_BYTES = 100_000_000;
const LENGTH_FIELD_BYTES = 8;

const BYTES_PER_ELEMENT = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1, BOOL: 1 } as const;
type DType = keyof typeof BYTES_PER_ELEMENT;

interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** What a safetensors file holds: arrays in the order of their names, and the free text beside them. */
export interface SafetensorsContent {
  readonly arrays: NamedArrays;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Writes arrays as a safetensors file. The same arrays and metadata give the same bytes whatever their order: names are
 * sorted, the header is padded to a multiple of 8.
 *
 * @param arrays Float32Array is written as F32, Int32Array as I32, and so on
 * @param metadata free text, stored under `__metadata__`
 * @param floatType 'F16' halves the size of Float32Array data: rounded to the nearest half, for export only
 * @throws Error if an array's length is not the product of its shape
 */
export function encodeSafetensors(
  arrays: NamedArrays,
  metadata: Readonly<Record<string, string>> = {},
  floatType: 'F32' | 'F16' = 'F32',
): Uint8Array<ArrayBuffer> {
  const header: [name: string, entry: unknown][] = [];
  if (Object.keys(metadata).length > 0) {
    header.push(['__metadata__', Object.fromEntries(Object.entries(metadata).sort(byFirst))]);
  }
  const chunks: Uint8Array[] = [];
  let dataBytes = 0;
  for (const [name, array] of [...arrays].sort(byFirst)) {
    if (name === '__metadata__') throw new Error('An array cannot be named __metadata__ in a safetensors file.');
    if (elementCount(array.shape) !== array.data.length) {
      throw new Error(`Array ${name} has ${array.data.length} elements, but shape [${array.shape.join(', ')}].`);
    }
    const { dtype, bytes } = encodeArray(array.data, floatType);
    header.push([name, { dtype, shape: array.shape, data_offsets: [dataBytes, dataBytes + bytes.length] }]);
    chunks.push(bytes);
    dataBytes += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(LENGTH_FIELD_BYTES + headerBytes + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(json, LENGTH_FIELD_BYTES);
  file.fill(0x20, LENGTH_FIELD_BYTES + json.length, LENGTH_FIELD_BYTES + headerBytes);
  let position = LENGTH_FIELD_BYTES + headerBytes;
  for (const chunk of chunks) {
    file.set(chunk, position);
    position += chunk.length;
  }
  return file;
}

/**
 * Reads a safetensors file. Everything the header says is checked against the file before it is used: the arrays must
 * cover the data exactly, without overlaps, holes or rest.
 *
 * F32, F16 and BF16 become Float32Array; F64, I32 and I64 keep their type; U8 and BOOL become Uint8Array.
 *
 * @throws UserError naming `fileName` if the file breaks the format or holds another element type
 */
export function decodeSafetensors(bytes: Uint8Array, fileName: string): SafetensorsContent {
  const { header, data } = splitHeader(bytes, fileName);
  const { __metadata__: metadata = {}, ...rest } = header;
  if (!isTextRecord(metadata)) throw damaged(fileName, 'its metadata is not text');
  const entries = Object.entries(rest).map(([name, value]) => checkEntry(name, value, data.length, fileName));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) {
      throw damaged(fileName, `the data of ${name} ${begin < covered ? 'overlap others' : 'leave a hole'}`);
    }
    covered = end;
  }
  if (covered !== data.length) throw damaged(fileName, `${data.length - covered} bytes at its end belong to no array`);

  const arrays = new Map<string, NamedArray>();
  for (const { name, dtype, shape, begin, end } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    arrays.set(name, { shape, data: decodeArray(dtype, data.subarray(begin, end)) });
  }
  return { arrays, metadata };
}

function splitHeader(bytes: Uint8Array, fileName: string) {
  if (bytes.length < LENGTH_FIELD_BYTES) throw damaged(fileName, 'it is shorter than a header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES || headerBytes > bytes.length - LENGTH_FIELD_BYTES) {
    throw damaged(fileName, `its header would be ${headerBytes} bytes long`);
  }
  let header: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    header = JSON.parse(text.decode(bytes.subarray(LENGTH_FIELD_BYTES, LENGTH_FIELD_BYTES + headerBytes)));
  } catch {
    throw damaged(fileName, 'its header is not JSON');
  }
  if (!isRecord(header)) throw damaged(fileName, 'its header is not a JSON object');
  return { header, data: bytes.subarray(LENGTH_FIELD_BYTES + headerBytes) };
}

function checkEntry(name: string, value: unknown, dataBytes: number, fileName: string): Entry {
  if (!isRecord(value)) throw damaged(fileName, `the entry of ${name} is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') throw damaged(fileName, `${name} has no element type`);
  if (!Object.hasOwn(BYTES_PER_ELEMENT, dtype)) {
    throw new UserError(
      `${fileName} holds ${name} as ${dtype}, which is not supported: save it as F32 (supported: ${Object.keys(BYTES_PER_ELEMENT).join(', ')}).`,
    );
  }
  const count = Array.isArray(shape) ? elementCount(shape) : null;
  if (count === null) throw damaged(fileName, `${name} has no valid shape`);
  const [begin, end, ...more] = Array.isArray(offsets) ? (offsets as unknown[]) : [];
  if (!isOffset(begin) || !isOffset(end) || more.length > 0 || begin > end || end > dataBytes) {
    throw damaged(fileName, `the data of ${name} lie outside the file`);
  }
  const size = count * BYTES_PER_ELEMENT[dtype as DType];
  if (size !== end - begin) throw damaged(fileName, `${name} needs ${size} bytes and has ${end - begin}`);
  return { name, dtype: dtype as DType, shape: shape as number[], begin, end };
}

function encodeArray(data: NumericArray, floatType: 'F32' | 'F16'): { dtype: DType; bytes: Uint8Array } {
  if (data instanceof Float32Array && floatType === 'F16') {
    const halves = new Uint16Array(data.length);
    for (let i = 0; i < data.length; i++) halves[i] = floatToHalf(data[i] as number);
    return { dtype: 'F16', bytes: new Uint8Array(halves.buffer) };
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof Float32Array) return { dtype: 'F32', bytes };
  if (data instanceof Float64Array) return { dtype: 'F64', bytes };
  if (data instanceof Int32Array) return { dtype: 'I32', bytes };
  if (data instanceof BigInt64Array) return { dtype: 'I64', bytes };
  return { dtype: 'U8', bytes };
}

function decodeArray(dtype: DType, source: Uint8Array): NumericArray {
  // A copy: the arrays must not keep the file alive, and their data may not be aligned in it.
  const { buffer } = new Uint8Array(source);
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return new Float64Array(buffer);
    case 'F16':
      return widened(new Uint16Array(buffer), halfToFloat);
    case 'BF16':
      return widened(new Uint16Array(buffer), bfloat16ToFloat);
    case 'I32':
      return new Int32Array(buffer);
    case 'I64':
      return new BigInt64Array(buffer);
    default:
      return new Uint8Array(buffer);
  }
}

function widened(halves: Uint16Array, toFloat: (bits: number) => number): Float32Array {
  const data = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) data[i] = toFloat(halves[i] as number);
  return data;
}

function byFirst([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function isOffset(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((entry) => typeof entry === 'string');
}

function damaged(fileName: string, reason: string): UserError {
  return new UserError(`${fileName} is not a whole safetensors file (${reason}): take a fresh copy of it.`);
}
