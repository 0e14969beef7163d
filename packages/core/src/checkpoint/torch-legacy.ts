import { UserError } from '../errors.ts';
import { createByteReader } from './byte-reader.ts';
import { elementCount } from './named-arrays.ts';
import { readPickle } from './pickle.ts';
import { storageOfPersistentId, TorchStorage, torchGlobals } from './torch-tensor.ts';

/** A pickle of the whole number 0x1950a86a20f9469cfc6c: how `torch.save` began its files before PyTorch 1.6. */
const MAGIC = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
const PROTOCOL_VERSION = 1001;

/** Whether a file starts like the format `torch.save` wrote from PyTorch 0.2 to 1.5. */
export function isTorchLegacy(file: Uint8Array): boolean {
  return MAGIC.every((byte, i) => file[i] === byte);
}

/**
 * Reads the object that a legacy `.pth` file holds. The file is five pickles in a row (magic number, protocol, machine,
 * object, keys of the storages) and then, in the order of the keys, each storage as its element count and its content.
 *
 * @returns the unpickled value, whose tensors are `TorchTensor`
 * @throws UserError naming the file if it is damaged or holds anything but data
 */
export function readTorchLegacy(file: Uint8Array, fileName: string): unknown {
  const damaged = (reason: string) =>
    new UserError(`${fileName} is not a whole PyTorch file (${reason}): take a fresh copy of it.`);
  const reader = createByteReader(file, fileName);
  reader.bytes(MAGIC.length);
  const plain = {
    globals: new Map(),
    persistentLoad: () => {
      throw damaged('a storage in its preamble');
    },
  };
  if (readPickle(reader, plain) !== PROTOCOL_VERSION) throw damaged('unknown protocol version');
  const machine = readPickle(reader, plain);
  if (!(machine instanceof Map)) throw damaged('no description of the machine');
  if (machine.get('little_endian') !== true) {
    throw new UserError(`${fileName} was saved on a big-endian machine: save it again on a little-endian one.`);
  }

  const storages = new Map<string, TorchStorage>();
  const persistentLoad = (id: unknown): TorchStorage => {
    const { key, storage } = storageOfPersistentId(id, fileName);
    const known = storages.get(key);
    if (known === undefined) storages.set(key, storage);
    else if (known.type !== storage.type || known.elements !== storage.elements) {
      throw damaged(`storage ${key} is described twice`);
    }
    const whole = known ?? storage;
    const view = (id as unknown[])[5];
    if (view === null || view === undefined) return whole;
    const [, offset, elements] = Array.isArray(view) ? (view as unknown[]) : [];
    const end = elementCount([offset]) === null ? null : (offset as number) + (elementCount([elements]) ?? NaN);
    if (end === null || !(end <= whole.elements)) throw damaged(`a part outside storage ${key}`);
    return new TorchStorage(whole.type, elements as number, { of: whole, offset: offset as number });
  };
  const value = readPickle(reader, { globals: torchGlobals(fileName), persistentLoad });
  const keys = readPickle(reader, plain);
  if (!Array.isArray(keys)) throw damaged('no list of storages');
  for (const key of keys) {
    const storage = storages.get(key);
    if (storage === undefined || storage.bytes !== null) throw damaged('a storage that no tensor has');
    const elements = reader.uint64();
    if (elements !== BigInt(storage.elements)) throw damaged(`storage ${key} has ${elements} elements`);
    storage.bytes = reader.bytes(storage.sizeBytes);
  }
  for (const [key, storage] of storages) {
    if (storage.bytes === null) throw damaged(`storage ${key} is missing`);
  }
  return value;
}
