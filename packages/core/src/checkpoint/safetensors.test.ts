import t from 'tap';
import { UserError } from '../errors.ts';
import type { NamedArray, NamedArrays } from './named-arrays.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

const arrays: NamedArrays = new Map<string, NamedArray>([
  ['zeta.weight', { shape: [2, 3], data: new Float32Array([1, -2.5, 3e-8, 0.1, -0, 7]) }],
  ['alpha', { shape: [3], data: new Int32Array([-1, 2 ** 31 - 1, 0]) }],
  ['double', { shape: [1], data: new Float64Array([Math.PI]) }],
  ['long', { shape: [2], data: new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n]) }],
  ['bytes', { shape: [5], data: new Uint8Array([0, 1, 2, 254, 255]) }],
  ['scalar', { shape: [], data: new Float32Array([42]) }],
  ['empty', { shape: [0, 4], data: new Float32Array(0) }],
]);

/** A file with the given header and data bytes. */
function fileOf(header: unknown, data: Uint8Array | number[] = []): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file;
}

t.test('what is written is read back, element type and all: a checkpoint restores the same bits', async (t) => {
  const { arrays: read, metadata } = decodeSafetensors(encodeSafetensors(arrays, { note: 'ä' }), 'x.safetensors');
  t.same([...read.keys()], [...arrays.keys()].sort());
  for (const [name, { shape, data }] of arrays) {
    t.same(read.get(name)?.shape, shape, name);
    t.equal(read.get(name)?.data.constructor, data.constructor, name);
    t.ok(Buffer.from(data.buffer).equals(Buffer.from(read.get(name)?.data.buffer as ArrayBuffer)), name);
  }
  t.same(metadata, { note: 'ä' });
});

t.test('the order of insertion does not change the bytes: equal checkpoints compare equal', async (t) => {
  const reversed = new Map([...arrays].reverse());
  t.same(encodeSafetensors(arrays, { a: '1', b: '2' }), encodeSafetensors(reversed, { b: '2', a: '1' }));
});

t.test('data start at a multiple of 8: other readers can map the file', async (t) => {
  for (const name of ['a', 'ab', 'abc', 'abcd', 'abcde']) {
    const file = encodeSafetensors(new Map([[name, { shape: [1], data: new Float32Array([1]) }]]));
    t.equal(new DataView(file.buffer).getBigUint64(0, true) % 8n, 0n);
  }
});

t.test('F16 export rounds to half precision and is read as float', async (t) => {
  const file = encodeSafetensors(new Map([['w', { shape: [2], data: new Float32Array([1.0001, -0.5]) }]]), {}, 'F16');
  t.same(decodeSafetensors(file, 'x').arrays.get('w')?.data, new Float32Array([1, -0.5]));
});

t.test('BF16 and BOOL of other writers are read, also from an unaligned file', async (t) => {
  const file = fileOf(
    {
      b: { dtype: 'BOOL', shape: [1], data_offsets: [0, 1] },
      h: { dtype: 'BF16', shape: [2], data_offsets: [1, 5] },
    },
    [1, 0x80, 0x3f, 0x00, 0xc0],
  );
  const shifted = new Uint8Array(file.length + 1);
  shifted.set(file, 1);
  const { arrays: read } = decodeSafetensors(shifted.subarray(1), 'x');
  t.same(read.get('b')?.data, new Uint8Array([1]));
  t.same(read.get('h')?.data, new Float32Array([1, -2]));
});

t.test('a wrong length in memory is refused before it becomes a broken file', async (t) => {
  t.throws(() => encodeSafetensors(new Map([['w', { shape: [3], data: new Float32Array(2) }]])), /w has 2 elements/);
});

t.test('damaged files are refused with their name, never read as numbers', async (t) => {
  const f32 = (begin: number, end: number, shape: unknown = [(end - begin) / 4]) => ({
    dtype: 'F32',
    shape,
    data_offsets: [begin, end],
  });
  const eight = new Uint8Array(8);
  const cases: Record<string, Uint8Array> = {
    'empty file': new Uint8Array(0),
    'not JSON': fileOf('{"a":'),
    'an array for a header': fileOf([]),
    overlap: fileOf({ a: f32(0, 8), b: f32(4, 8) }, eight),
    hole: fileOf({ a: f32(0, 4), b: f32(8, 12) }, new Uint8Array(12)),
    'rest at the end': fileOf({ a: f32(0, 4) }, eight),
    'beyond the file': fileOf({ a: f32(0, 400) }, eight),
    'backward offsets': fileOf({ a: f32(8, 0, [0]) }, eight),
    'negative size': fileOf({ a: f32(0, 8, [-1, -2]) }, eight),
    'size that is no number': fileOf({ a: f32(0, 8, ['2']) }, eight),
    'product beyond 2^53': fileOf({ a: f32(0, 8, [2 ** 40, 2 ** 40]) }, eight),
    'size and bytes disagree': fileOf({ a: f32(0, 8, [3]) }, eight),
    'no offsets': fileOf({ a: { dtype: 'F32', shape: [2] } }, eight),
    'metadata of numbers': fileOf({ __metadata__: { a: 1 }, a: f32(0, 8) }, eight),
  };
  for (const [what, file] of Object.entries(cases)) {
    t.throws(
      () => decodeSafetensors(file, 'bad.safetensors'),
      { name: 'UserError', message: /^bad\.safetensors / },
      what,
    );
  }
  const huge = fileOf({});
  new DataView(huge.buffer).setBigUint64(0, 2n ** 62n, true);
  t.throws(() => decodeSafetensors(huge, 'bad.safetensors'), /header would be/);
  const complex = fileOf({ a: { dtype: 'C64', shape: [1], data_offsets: [0, 8] } }, eight);
  t.throws(() => decodeSafetensors(complex, 'bad.safetensors'), /C64, which is not supported/);
});

t.test('every truncation, and any flipped bit of the header, is either refused or leaves valid arrays', async (t) => {
  const file = encodeSafetensors(arrays);
  for (let length = 0; length < file.length; length++) {
    t.throws(() => decodeSafetensors(file.subarray(0, length), 'cut'), UserError);
  }
  const headerEnd = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
  for (let bit = 0; bit < headerEnd * 8; bit++) {
    const flipped = file.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    try {
      for (const { shape, data } of decodeSafetensors(flipped, 'flipped').arrays.values()) {
        if (shape.reduce((a, b) => a * b, 1) !== data.length) t.fail(`bit ${bit}: shape and data disagree`);
      }
    } catch (error) {
      if (!(error instanceof UserError)) t.fail(`bit ${bit}: ${error}`);
    }
  }
});

t.test('names that are special in JavaScript are plain names', async (t) => {
  const special = new Map([['__proto__', { shape: [1], data: new Float32Array([3]) }]]);
  t.same(decodeSafetensors(encodeSafetensors(special), 'x').arrays.get('__proto__')?.data, new Float32Array([3]));
});
