import { UserError } from '../errors.ts';
import { createByteReader } from './byte-reader.ts';
import { readPickle } from './pickle.ts';
import { readStoredZip, ZipCompressed, ZipDamage } from './stored-zip.ts';
import { storageOfPersistentId, type TorchStorage, torchGlobals } from './torch-tensor.ts';

/** Whether a file starts like a zip archive: what `torch.save` writes since PyTorch 1.6. */
export function isTorchZip(file: Uint8Array): boolean {
  return file[0] === 0x50 && file[1] === 0x4b && file[2] === 0x03 && file[3] === 0x04;
}

/**
 * Reads the object that a zip-format `.pth` file holds: `<name>/data.pkl`, with the storages in `<name>/data/<key>`.
 *
 * @returns the unpickled value, whose tensors are `TorchTensor`
 * @throws UserError naming the file if it is damaged or holds anything but data
 */
export function readTorchZip(file: Uint8Array, fileName: string): unknown {
  const entries = unpack(file, fileName);
  const picklePath = [...entries.keys()].find((path) => /^[^/]+\/data\.pkl$/.test(path));
  if (picklePath === undefined) {
    throw new UserError(
      `${fileName} is a zip archive without data.pkl, not a PyTorch file: give the .pth file itself.`,
    );
  }
  const folder = picklePath.slice(0, -'data.pkl'.length);
  const byteOrder = entries.get(`${folder}byteorder`);
  if (byteOrder !== undefined && new TextDecoder().decode(byteOrder).trim() !== 'little') {
    throw new UserError(`${fileName} was saved on a big-endian machine: save it again on a little-endian one.`);
  }
  const storages = new Map<string, TorchStorage>();
  const persistentLoad = (id: unknown): TorchStorage => {
    const { key, storage } = storageOfPersistentId(id, fileName);
    const known = storages.get(key);
    if (known !== undefined && known.type === storage.type && known.elements === storage.elements) return known;
    const bytes = entries.get(`${folder}data/${key}`);
    if (bytes === undefined || bytes.length !== storage.sizeBytes) {
      throw new UserError(`${fileName} is damaged (storage ${key} is not whole): take a fresh copy of it.`);
    }
    storage.bytes = bytes;
    storages.set(key, storage);
    return storage;
  };
  const pickle = entries.get(picklePath) as Uint8Array;
  return readPickle(createByteReader(pickle, fileName), { globals: torchGlobals(fileName), persistentLoad });
}

/** The archive's entries. `torch.save` stores them uncompressed, so together they are never larger than the file. */
function unpack(file: Uint8Array, fileName: string): Map<string, Uint8Array> {
  try {
    return readStoredZip(file);
  } catch (error) {
    if (error instanceof ZipCompressed) {
      throw new UserError(`${fileName} was compressed after torch.save wrote it: give the file as it was saved.`);
    }
    if (!(error instanceof ZipDamage)) throw error;
    throw new UserError(`${fileName} is not a whole zip archive (${error.message}): take a fresh copy of it.`);
  }
}
