import { decodeSafetensors, encodeSafetensors, readTorchStateDict } from '@instagan/core';
import { crc32 } from '@instagan/core/data';
import { pickled, type StorageSpec, storage, tensor, torchLegacy, torchZip } from '@instagan/core/internals/formats';
import type { FuzzTarget } from '../fuzz-target.ts';

const WEIGHTS: StorageSpec = { type: 'FloatStorage', data: Float32Array.of(1, 2, 3, 4, 5, 6), elements: 6 };
const COUNTS: StorageSpec = { type: 'LongStorage', data: BigInt64Array.of(7n, -1n), elements: 2 };
const STORAGES = { 0: WEIGHTS, 1: COUNTS };
const STATE = pickled.dict({
  'conv.weight': tensor(storage('0', WEIGHTS), [2, 3], [3, 1]),
  'conv.bias': tensor(storage('0', WEIGHTS), [3], [1], 3),
  count: tensor(storage('1', COUNTS), [], [], 1),
});
const CHECKPOINT = pickled.dict({
  epoch: pickled.integer(3),
  state_dict: STATE,
  names: pickled.list(pickled.text('a')),
});

const PICKLE_WORDS = [
  ...[
    '\x80\x02',
    '\x80\x05',
    '}(',
    ')R',
    'cos\nsystem\n',
    'c__builtin__\neval\n',
    'ccollections\nOrderedDict\n',
    '\x85R',
  ],
  ...[
    'ctorch\nFloatStorage\n',
    'ctorch._utils\n_rebuild_tensor_v2\n',
    'q\x00',
    'h\x00',
    '\x94',
    '\x93',
    'Q',
    'b',
    'e',
    'u',
    '.',
  ],
  ...[
    'X\xff\xff\xff\x7f',
    '\x8a\xff',
    '\x8b\xff\xff\xff\x7f',
    '(((((((((',
    '0',
    '2',
    'h\x00\x86q\x00',
    'X\x07\x00\x00\x00storage',
  ],
];

/** A `.pth` file in the zip format, as PyTorch writes it since 1.6. */
export const pthZip: FuzzTarget = {
  name: 'pth-zip',
  kind: 'bytes',
  words: ['PK\x01\x02', 'PK\x03\x04', 'PK\x05\x06', 'PK\x06\x06', 'PK\x06\x07', '\xff\xff\xff\xff', '\x01\x00\x10\x00'],
  seeds: async () => [torchZip(STATE, STORAGES), torchZip(CHECKPOINT, STORAGES), torchZip(STATE, STORAGES, 6)],
  mend: mendedZip,
  read: (input) => nothing(readTorchStateDict(input, 'net.pth')),
};

/** A legacy `.pth` file, as PyTorch 0.4 to 1.5 wrote it. */
export const pthLegacy: FuzzTarget = {
  name: 'pth-legacy',
  kind: 'bytes',
  words: PICKLE_WORDS,
  seeds: async () => [torchLegacy(STATE, STORAGES), torchLegacy(CHECKPOINT, STORAGES)],
  read: (input) => nothing(readTorchStateDict(input, 'net.pth')),
};

/** The pickle within a `.pth` file that is whole in all other respects. */
export const pickle: FuzzTarget = {
  name: 'pickle',
  kind: 'bytes',
  words: PICKLE_WORDS,
  seeds: async () => [STATE, CHECKPOINT].map((value) => Uint8Array.from(pickled.file(value))),
  read: (input) => {
    // `torchZip` puts the head and the end of a pickle around it.
    const within = input.at(-1) === 0x2e ? input.subarray(0, -1) : input;
    readTorchStateDict(torchZip([...within.subarray(2)], STORAGES), 'net.pth');
    return [];
  },
};

export const safetensors: FuzzTarget = {
  name: 'safetensors',
  kind: 'bytes',
  words: [
    '"F32"',
    '"BF16"',
    '"I64"',
    '"U8"',
    '"__metadata__"',
    '"__proto__"',
    '"shape":[]',
    '"data_offsets":[0,0]',
    '{',
    '}',
  ],
  seeds: async () => [
    encodeSafetensors(
      new Map([
        ['weight', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
        ['count', { shape: [], data: BigInt64Array.of(3n) }],
      ]),
      { format: 'pt' },
    ),
    encodeSafetensors(new Map([['half', { shape: [1], data: Float32Array.of(1) }]]), {}, 'F16'),
  ],
  mend: (input) => {
    const end = input.lastIndexOf(0x7d);
    if (end < 8) return input;
    const result = Uint8Array.from(input);
    new DataView(result.buffer).setBigUint64(0, BigInt(end - 7), true);
    return result;
  },
  read: (input) => nothing(decodeSafetensors(input, 'model.safetensors')),
};

/** Nothing of it is printed. */
function nothing(_: unknown): string[] {
  return [];
}

/** Gives the entries of a zip archive the checksums of what they hold. */
function mendedZip(input: Uint8Array): Uint8Array {
  const result = Uint8Array.from(input);
  const view = new DataView(result.buffer);
  for (let at = 0; at + 46 <= result.length; at++) {
    if (view.getUint32(at, true) !== 0x0201_4b50) continue;
    const [size, local] = [view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
    if (local + 30 > result.length) continue;
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    view.setUint32(at + 16, crc32(result.subarray(start, start + size)), true);
  }
  return result;
}
