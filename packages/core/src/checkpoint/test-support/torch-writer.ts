import { zipSync } from 'fflate';

/** Bytes of pickle instructions that leave one value on the stack. */
export type Pickled = readonly number[];

const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];
const uint32 = (value: number): number[] => [...new Uint8Array(new Uint32Array([value]).buffer)];

/** Writes the few pickle instructions that `torch.save` uses, and any hostile ones a test wants. */
export const pickled = {
  none: [0x4e],
  boolean: (value: boolean): Pickled => [value ? 0x88 : 0x89],
  integer: (value: number): Pickled => [0x4a, ...uint32(value)],
  text: (value: string): Pickled => [0x58, ...uint32(ascii(value).length), ...ascii(value)],
  tuple: (...items: Pickled[]): Pickled => [0x28, ...items.flat(), 0x74],
  list: (...items: Pickled[]): Pickled => [0x5d, 0x28, ...items.flat(), 0x65],
  dict: (entries: Record<string, Pickled>): Pickled => [
    0x7d,
    0x28,
    ...Object.entries(entries).flatMap(([key, value]) => [...pickled.text(key), ...value]),
    0x75,
  ],
  global: (module: string, name: string): Pickled => [0x63, ...ascii(`${module}\n${name}\n`)],
  call: (callable: Pickled, ...args: Pickled[]): Pickled => [...callable, ...pickled.tuple(...args), 0x52],
  persistent: (id: Pickled): Pickled => [...id, 0x51],
  file: (value: Pickled): number[] => [0x80, 2, ...value, 0x2e],
};

export interface StorageSpec {
  readonly type: string;
  readonly data: ArrayBufferView;
  readonly elements: number;
}

/** A storage as persistent id; `view` is what the legacy format may add: [key, offset, elements]. */
export function storage(key: string, { type, elements }: StorageSpec, view: Pickled = pickled.none): Pickled {
  return pickled.persistent(
    pickled.tuple(
      pickled.text('storage'),
      pickled.global('torch', type),
      pickled.text(key),
      pickled.text('cpu'),
      pickled.integer(elements),
      view,
    ),
  );
}

export function tensor(storage: Pickled, shape: number[], strides: number[], offset = 0): Pickled {
  return pickled.call(
    pickled.global('torch._utils', '_rebuild_tensor_v2'),
    storage,
    pickled.integer(offset),
    pickled.tuple(...shape.map(pickled.integer)),
    pickled.tuple(...strides.map(pickled.integer)),
    pickled.boolean(false),
    pickled.call(pickled.global('collections', 'OrderedDict')),
  );
}

/** A `.pth` file in the zip format. */
export function torchZip(value: Pickled, storages: Record<string, StorageSpec> = {}, level: 0 | 6 = 0): Uint8Array {
  const files: Record<string, Uint8Array> = { 'net/data.pkl': Uint8Array.from(pickled.file(value)) };
  for (const [key, { data }] of Object.entries(storages)) files[`net/data/${key}`] = bytesOf(data);
  files['net/version'] = Uint8Array.from(ascii('3\n'));
  return zipSync(files, { level });
}

/** A `.pth` file in the legacy format. */
export function torchLegacy(value: Pickled, storages: Record<string, StorageSpec> = {}): Uint8Array {
  const magic = [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
  return Uint8Array.from([
    ...magic,
    ...pickled.file(pickled.integer(1001)),
    ...pickled.file(pickled.dict({ protocol_version: pickled.integer(1001), little_endian: pickled.boolean(true) })),
    ...pickled.file(value),
    ...pickled.file(pickled.list(...Object.keys(storages).map(pickled.text))),
    ...Object.values(storages).flatMap(({ data, elements }) => [...uint32(elements), ...uint32(0), ...bytesOf(data)]),
  ]);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
