import { UserError } from '../errors.ts';
import type { NamedArray, NamedArrays } from './named-arrays.ts';
import { isTorchLegacy, readTorchLegacy } from './torch-legacy.ts';
import { TorchTensor } from './torch-tensor.ts';
import { isTorchZip, readTorchZip } from './torch-zip.ts';

/** Where training scripts keep the weights inside a larger checkpoint, most usual first. */
const USUAL_KEYS = ['state_dict', 'model_state_dict', 'model', 'net', 'params_ema', 'params'];
const MAX_DEPTH = 4;
/** Of a tensor or a state dict; longer texts are no names, and would fill a screen. */
const MAX_NAME_LENGTH = 200;
/** Tied tensors share a storage and are copied apart; a file that asks for more copies than this is hostile. */
const MAX_ELEMENTS_PER_FILE_BYTE = 4;

/**
 * Reads the state dict of a `.pth` file that `torch.save` wrote, in the zip format (PyTorch 1.6 on) or the legacy one
 * (0.4 to 1.5). Nothing of the file is executed, and what it says of sizes is checked against its length first. A zip file is
 * checked against its checksums; a legacy one has none, see {@link unprotectedWarning}.
 *
 * The state dict may be the whole file or lie within a checkpoint (under `state_dict`, `model`, ...); a `module.` in
 * front of every name, as DataParallel leaves it, is cut off. Entries that are not tensors are left out.
 *
 * @param fileName named in errors
 * @returns arrays in the file's order and torch's layout: floating types as Float32Array, int64 as BigInt64Array,
 *   smaller integers as Int32Array, uint8 and bool as Uint8Array
 * @throws UserError if the file is damaged, no `torch.save` file, or holds anything but data
 */
export function readTorchStateDict(file: Uint8Array, fileName: string): NamedArrays {
  const tensors = tensorsOf(findStateDict(readTorchObject(file, fileName), fileName, 0));
  let elements = 0;
  const arrays = new Map<string, NamedArray>();
  const prefix = tensors.every(([name]) => name.startsWith('module.')) ? 'module.'.length : 0;
  for (const [name, tensor] of tensors) {
    if (!isName(name)) {
      throw new UserError(`${fileName} is damaged (a name of ${name.length} characters): take a fresh copy of it.`);
    }
    elements += tensor.elements;
    if (elements > file.length * MAX_ELEMENTS_PER_FILE_BYTE) {
      throw new UserError(`${fileName} repeats its data more often than a state dict does: take a fresh copy of it.`);
    }
    arrays.set(name.slice(prefix), tensor.toNamedArray());
  }
  return arrays;
}

/** One sentence if nothing in a `.pth` file tells whether its numbers are those that were saved: the legacy format has no checksum. */
export function unprotectedWarning(file: Uint8Array, fileName: string): string | null {
  if (!isTorchLegacy(file)) return null;
  return `${fileName} has the format of PyTorch before 1.6, which holds no checksum: damage to its numbers cannot be noticed.`;
}

function readTorchObject(file: Uint8Array, fileName: string): unknown {
  if (isTorchZip(file)) return readTorchZip(file, fileName);
  if (isTorchLegacy(file)) return readTorchLegacy(file, fileName);
  throw new UserError(`${fileName} is not a file that torch.save wrote: give the .pth file of a state dict.`);
}

function findStateDict(value: unknown, fileName: string, depth: number): ReadonlyMap<unknown, unknown> {
  if (!(value instanceof Map)) {
    throw new UserError(`${fileName} holds no state dict: save it with torch.save(model.state_dict(), path).`);
  }
  if (tensorsOf(value).length > 0) return value;
  const inner = [...value].filter(
    (entry): entry is [string, ReadonlyMap<unknown, unknown>] =>
      isName(entry[0]) && entry[1] instanceof Map && entry[1].size > 0,
  );
  const usual = USUAL_KEYS.find((key) => inner.some(([name]) => name === key));
  const candidates = usual !== undefined ? inner.filter(([name]) => name === usual) : inner.filter(holdsTensors);
  const [first, second] = candidates;
  if (first === undefined || depth === MAX_DEPTH) {
    throw new UserError(`${fileName} holds no tensors: save it with torch.save(model.state_dict(), path).`);
  }
  if (second !== undefined) {
    const names = candidates.map(([name]) => name).join(', ');
    throw new UserError(`${fileName} holds several state dicts (${names}): save each as a file of its own.`);
  }
  return findStateDict(first[1], fileName, depth + 1);
}

function holdsTensors([, value]: readonly [string, ReadonlyMap<unknown, unknown>]): boolean {
  return tensorsOf(value).length > 0;
}

function isName(key: unknown): boolean {
  return typeof key === 'string' && key.length <= MAX_NAME_LENGTH;
}

function tensorsOf(dict: ReadonlyMap<unknown, unknown>): [name: string, tensor: TorchTensor][] {
  return [...dict].filter(
    (entry): entry is [string, TorchTensor] => typeof entry[0] === 'string' && entry[1] instanceof TorchTensor,
  );
}
