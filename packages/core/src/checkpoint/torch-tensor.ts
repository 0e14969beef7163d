import { UserError } from '../errors.ts';
import { bfloat16ToFloat, halfToFloat } from './half-float.ts';
import { elementCount, type NamedArray, type NumericArray } from './named-arrays.ts';
import type { PickleGlobal } from './pickle.ts';

const MAX_DIMENSIONS = 16;

interface StorageType {
  readonly bytesPerElement: number;
  /** Reads `count` elements; `at(i)` is the element's index in the storage. */
  readonly gather: (view: DataView, count: number, at: (i: number) => number) => NumericArray;
}

/** Storage types by the name torch gives them; anything else in their place is refused. */
const STORAGE_TYPES: Readonly<Record<string, StorageType>> = {
  FloatStorage: floats(4, (view, byte) => view.getFloat32(byte, true)),
  DoubleStorage: floats(8, (view, byte) => view.getFloat64(byte, true)),
  HalfStorage: floats(2, (view, byte) => halfToFloat(view.getUint16(byte, true))),
  BFloat16Storage: floats(2, (view, byte) => bfloat16ToFloat(view.getUint16(byte, true))),
  IntStorage: integers(4, (view, byte) => view.getInt32(byte, true)),
  ShortStorage: integers(2, (view, byte) => view.getInt16(byte, true)),
  CharStorage: integers(1, (view, byte) => view.getInt8(byte)),
  ByteStorage: unsignedBytes(),
  BoolStorage: unsignedBytes(),
  LongStorage: {
    bytesPerElement: 8,
    gather: (view, count, at) => {
      const data = new BigInt64Array(count);
      for (let i = 0; i < count; i++) data[i] = view.getBigInt64(at(i) * 8, true);
      return data;
    },
  },
};

/** Memory that tensors of a torch file are views of; shared when tensors are tied. */
export class TorchStorage {
  readonly type: StorageType;
  readonly elements: number;
  /** The storage's content, once its place in the file is known. */
  bytes: Uint8Array | null = null;
  readonly #part: { readonly of: TorchStorage; readonly offset: number } | null;

  /** @param part for a storage that is `elements` elements of another one, from `offset` on */
  constructor(type: StorageType, elements: number, part: { of: TorchStorage; offset: number } | null = null) {
    this.type = type;
    this.elements = elements;
    this.#part = part;
  }

  get sizeBytes(): number {
    return this.elements * this.type.bytesPerElement;
  }

  /** The content as a view; available when the whole file was read. */
  content(): DataView {
    const offsetBytes = (this.#part?.offset ?? 0) * this.type.bytesPerElement;
    const bytes = (this.#part?.of ?? this).bytes;
    if (bytes === null) throw new Error('The storage of a tensor was not read.');
    return new DataView(bytes.buffer, bytes.byteOffset + offsetBytes, this.sizeBytes);
  }
}

/** A strided view of a storage, as a state dict holds it. Offset and strides count elements. */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly elements: number;

  constructor(storage: TorchStorage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    this.elements = elementCount(shape) ?? 0;
  }

  /**
   * A row-major copy. Floating types become Float32Array, int8, int16 and int32 Int32Array, uint8 and bool Uint8Array,
   * int64 BigInt64Array.
   */
  toNamedArray(): NamedArray {
    const { storage, shape, strides, offset, elements } = this;
    return { shape, data: storage.type.gather(storage.content(), elements, indexOf(shape, strides, offset)) };
  }
}

/**
 * The globals that the pickle of a state dict may name: dicts, sizes, tensors, parameters and storage types.
 *
 * @throws UserError (from the calls) naming the file if a tensor reaches outside its storage
 */
export function torchGlobals(fileName: string): ReadonlyMap<string, PickleGlobal> {
  const makeTensor = ([storage, offset, shape, strides]: readonly unknown[]): TorchTensor =>
    createTensor(storage, offset, shape, strides, fileName);
  const globals: PickleGlobal[] = [
    { name: 'collections.OrderedDict', call: ([pairs]) => orderedDict(pairs, fileName) },
    { name: 'torch._utils._rebuild_tensor', call: makeTensor },
    { name: 'torch._utils._rebuild_tensor_v2', call: makeTensor },
    { name: 'torch._utils._rebuild_parameter', call: ([tensor]) => tensor ?? null },
    { name: 'torch.Size', call: ([sizes]) => sizes ?? [] },
    ...Object.keys(STORAGE_TYPES).map((type) => ({ name: `torch.${type}` })),
  ];
  return new Map(globals.map((global) => [global.name, global]));
}

/** @param pairs as files of Python 2 have them; later ones make an empty dict and set its items */
function orderedDict(pairs: unknown, fileName: string): Map<unknown, unknown> {
  if (pairs === undefined) return new Map();
  if (isPairs(pairs)) return new Map(pairs);
  throw new UserError(`${fileName} is damaged (a dict of what are no pairs): take a fresh copy of it.`);
}

/** The storage that a persistent id `('storage', type, key, location, elements, ...)` describes. */
export function storageOfPersistentId(id: unknown, fileName: string): { key: string; storage: TorchStorage } {
  const [kind, type, key, , elements] = Array.isArray(id) ? (id as unknown[]) : [];
  const typeName = isGlobal(type) ? type.name.replace(/^torch\./, '') : '';
  const storageType = Object.hasOwn(STORAGE_TYPES, typeName) ? STORAGE_TYPES[typeName] : undefined;
  if (kind !== 'storage' || storageType === undefined || !isKey(key) || elementCount([elements]) === null) {
    throw new UserError(
      `${fileName} is damaged (a reference to something that is not a storage): take a fresh copy of it.`,
    );
  }
  return { key, storage: new TorchStorage(storageType, elements as number) };
}

function createTensor(
  storage: unknown,
  offset: unknown,
  shape: unknown,
  strides: unknown,
  fileName: string,
): TorchTensor {
  const damaged = () =>
    new UserError(`${fileName} is damaged (a tensor with an impossible shape): take a fresh copy of it.`);
  if (!(storage instanceof TorchStorage) || !isSizes(shape) || !isSizes(strides) || !isSizes([offset])) throw damaged();
  if (shape.length !== strides.length) throw damaged();
  const elements = elementCount(shape);
  if (elements === null) throw damaged();
  if (elements > 0) {
    let last = offset as number;
    for (const [axis, size] of shape.entries()) last += (size - 1) * (strides[axis] as number);
    if (!Number.isSafeInteger(last) || last >= storage.elements) throw damaged();
  }
  return new TorchTensor(storage, offset as number, shape, strides);
}

/** Maps the running number of an element in row-major order to its index in the storage. */
function indexOf(shape: readonly number[], strides: readonly number[], offset: number): (i: number) => number {
  let contiguous = true;
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    if (size !== 1 && strides[axis] !== expected) contiguous = false;
    expected *= size;
  }
  if (contiguous) return (i) => offset + i;
  return (i) => {
    let index = offset;
    let rest = i;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] as number;
      index += (rest % size) * (strides[axis] as number);
      rest = Math.floor(rest / size);
    }
    return index;
  };
}

function floats(bytesPerElement: number, read: (view: DataView, byte: number) => number): StorageType {
  return {
    bytesPerElement,
    gather: (view, count, at) => {
      const data = new Float32Array(count);
      for (let i = 0; i < count; i++) data[i] = read(view, at(i) * bytesPerElement);
      return data;
    },
  };
}

function integers(bytesPerElement: number, read: (view: DataView, byte: number) => number): StorageType {
  return {
    bytesPerElement,
    gather: (view, count, at) => {
      const data = new Int32Array(count);
      for (let i = 0; i < count; i++) data[i] = read(view, at(i) * bytesPerElement);
      return data;
    },
  };
}

function unsignedBytes(): StorageType {
  return {
    bytesPerElement: 1,
    gather: (view, count, at) => {
      const data = new Uint8Array(count);
      for (let i = 0; i < count; i++) data[i] = view.getUint8(at(i));
      return data;
    },
  };
}

function isSizes(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_DIMENSIONS &&
    value.every((size) => typeof size === 'number' && Number.isSafeInteger(size) && size >= 0)
  );
}

function isPairs(value: unknown): value is [unknown, unknown][] {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2);
}

/** A storage's key is a number, in old files of up to 20 digits. */
function isKey(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 64;
}

function isGlobal(value: unknown): value is PickleGlobal {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}
