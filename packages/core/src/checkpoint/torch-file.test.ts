import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { UserError } from '../errors.ts';
import type { NamedArray } from './named-arrays.ts';
import { authorsGeneratorSize, parityFolder, skipWithoutParity } from './test-support/parity-folder.ts';
import {
  type Pickled,
  pickled,
  type StorageSpec,
  storage,
  tensor,
  torchLegacy,
  torchZip,
} from './test-support/torch-writer.ts';
import { readTorchStateDict, unprotectedWarning } from './torch-file.ts';

const six: StorageSpec = { type: 'FloatStorage', data: new Float32Array([0, 1, 2, 3, 4, 5]), elements: 6 };
const plain = tensor(storage('0', six), [2, 3], [3, 1]);
const formats = { zip: torchZip, legacy: torchLegacy } as const;

t.test(
  'the zip and the legacy file of one network give the same numbers',
  { skip: skipWithoutParity('authors') },
  async (t) => {
    const read = (name: string) =>
      readTorchStateDict(readFileSync(resolve(parityFolder('authors') as string, name)), name);
    const zip = read('generator.pth');
    const legacy = read('generator_legacy.pth');
    const { ngf, blocks } = authorsGeneratorSize();
    t.equal(zip.size, 2 * 2 * (3 + 2 * blocks + 3), 'weights and biases of two encoders and two decoders');
    t.same([...zip.keys()], [...legacy.keys()]);
    for (const [name, array] of zip) t.same(legacy.get(name), array, name);
    const weight = zip.get('encoder_img.1.weight') as NamedArray;
    t.same(weight.shape, [ngf, 3, 7, 7]);
    const squares = (weight.data as Float32Array).map((x) => x * x);
    const spread = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    t.ok(spread > 1e-3 && spread < 1, `weights have the spread of weights: ${spread}`);
  },
);

for (const [format, write] of Object.entries(formats)) {
  t.test(`${format}: views, strides, offsets and shared storages are honoured`, async (t) => {
    const shared = storage('0', six);
    const dict = pickled.dict({
      plain,
      transposed: tensor(shared, [3, 2], [1, 3]),
      part: tensor(shared, [2], [2], 1),
      scalar: tensor(shared, [], [], 5),
      empty: tensor(shared, [0, 3], [3, 1]),
      parameter: pickled.call(
        pickled.global('torch._utils', '_rebuild_parameter'),
        plain,
        pickled.boolean(true),
        pickled.call(pickled.global('collections', 'OrderedDict')),
      ),
      note: pickled.text('not a tensor'),
    });
    const arrays = readTorchStateDict(write(dict, { 0: six }), 'net.pth');
    t.same(arrays.get('plain'), { shape: [2, 3], data: new Float32Array([0, 1, 2, 3, 4, 5]) });
    t.same(arrays.get('transposed'), { shape: [3, 2], data: new Float32Array([0, 3, 1, 4, 2, 5]) });
    t.same(arrays.get('part'), { shape: [2], data: new Float32Array([1, 3]) });
    t.same(arrays.get('scalar'), { shape: [], data: new Float32Array([5]) });
    t.same(arrays.get('empty'), { shape: [0, 3], data: new Float32Array(0) });
    t.same(arrays.get('parameter'), arrays.get('plain'));
    t.notOk(arrays.has('note'));
  });

  t.test(`${format}: every element type is read`, async (t) => {
    const types: Record<string, [ArrayBufferView, number, ArrayBufferView]> = {
      DoubleStorage: [new Float64Array([0.5, -2]), 2, new Float32Array([0.5, -2])],
      HalfStorage: [new Uint16Array([0x3c00, 0xc000]), 2, new Float32Array([1, -2])],
      BFloat16Storage: [new Uint16Array([0x3f80, 0xc000]), 2, new Float32Array([1, -2])],
      LongStorage: [new BigInt64Array([-1n, 2n ** 40n]), 2, new BigInt64Array([-1n, 2n ** 40n])],
      IntStorage: [new Int32Array([-7, 7]), 2, new Int32Array([-7, 7])],
      ShortStorage: [new Int16Array([-7, 7]), 2, new Int32Array([-7, 7])],
      CharStorage: [new Int8Array([-7, 7]), 2, new Int32Array([-7, 7])],
      ByteStorage: [new Uint8Array([0, 255]), 2, new Uint8Array([0, 255])],
      BoolStorage: [new Uint8Array([0, 1]), 2, new Uint8Array([0, 1])],
    };
    for (const [type, [data, elements, expected]] of Object.entries(types)) {
      const spec = { type, data, elements };
      const dict = pickled.dict({ x: tensor(storage('0', spec), [2], [1]) });
      t.same(readTorchStateDict(write(dict, { 0: spec }), 'net.pth').get('x')?.data, expected, type);
    }
  });

  t.test(`${format}: a state dict inside a checkpoint is found and "module." is cut off`, async (t) => {
    const inner = pickled.dict({ 'module.a': plain });
    const optimizer = pickled.dict({ state: pickled.dict({ exp_avg: plain }) });
    const file = write(pickled.dict({ epoch: pickled.integer(3), state_dict: inner, optimizer }), { 0: six });
    t.same([...readTorchStateDict(file, 'net.pth').keys()], ['a']);
    const several = write(pickled.dict({ G: inner, D: inner }), { 0: six });
    t.throws(() => readTorchStateDict(several, 'net.pth'), /^net\.pth holds several state dicts \(G, D\)/);
    const none = write(pickled.dict({ epoch: pickled.integer(3) }));
    t.throws(() => readTorchStateDict(none, 'net.pth'), /holds no tensors/);
  });

  t.test(`${format}: a file that would run code is refused by name, and nothing runs`, async (t) => {
    const trace = resolve(t.testdir(), 'ran');
    const shell = pickled.text(`touch ${trace}`);
    const hostile: Record<string, [Pickled, RegExp]> = {
      'os.system': [pickled.call(pickled.global('os', 'system'), shell), /"os\.system"/],
      'posix.system': [pickled.call(pickled.global('posix', 'system'), shell), /"posix\.system"/],
      eval: [pickled.call(pickled.global('builtins', 'eval'), shell), /"builtins\.eval"/],
      'a name of JavaScript': [
        pickled.call(pickled.global('constructor', 'constructor'), shell),
        /"constructor\.constructor"/,
      ],
      'stack global': [[...pickled.text('os'), ...pickled.text('system'), 0x93], /"os\.system"/],
      'call of a storage type': [pickled.call(pickled.global('torch', 'FloatStorage'), shell), /"torch\.FloatStorage"/],
      'call of text': [pickled.call(shell, shell), /a call of something that is not a function/],
      'INST instruction': [[0x28, ...shell, 0x69, ...Buffer.from('os\nsystem\n')], /instruction 0x69/],
      'NEWOBJ instruction': [[...pickled.global('collections', 'OrderedDict'), 0x29, 0x81], /instruction 0x81/],
      'EXT1 instruction': [[0x82, 1], /instruction 0x82/],
      'a whole model': [
        pickled.call(pickled.global('torch.nn.modules.conv', 'Conv2d')),
        /"torch\.nn\.modules\.conv\.Conv2d"/,
      ],
    };
    for (const [what, [value, message]] of Object.entries(hostile)) {
      for (const file of [write(value), write(pickled.dict({ x: plain, y: value }), { 0: six })]) {
        t.throws(() => readTorchStateDict(file, 'evil.pth'), { name: 'UserError', message }, what);
      }
    }
    t.notOk(existsSync(trace));
  });

  t.test(
    `${format}: tensors outside their storage and endless shapes are refused before memory is taken`,
    async (t) => {
      const shared = storage('0', six);
      const impossible: Record<string, Pickled> = {
        'too long': tensor(shared, [7], [1]),
        'offset beyond': tensor(shared, [1], [1], 6),
        'stride beyond': tensor(shared, [2], [6]),
        'negative offset': tensor(shared, [1], [1], -1),
        'negative stride': tensor(shared, [2], [-1], 5),
        'strides missing': tensor(shared, [2, 3], [1]),
        'product beyond 2^53': tensor(shared, [2 ** 30, 2 ** 30], [0, 0]),
        'a billion elements by stride 0': tensor(shared, [2 ** 30], [0]),
        'no storage': tensor(pickled.text('x'), [1], [1]),
      };
      for (const [what, value] of Object.entries(impossible)) {
        const file = write(pickled.dict({ x: value }), { 0: six });
        t.throws(() => readTorchStateDict(file, 'evil.pth'), { name: 'UserError', message: /^evil\.pth / }, what);
      }
      const large = { ...six, elements: 2 ** 31 - 1 };
      const file = write(pickled.dict({ x: tensor(storage('0', large), [1], [1]) }), { 0: six });
      t.throws(() => readTorchStateDict(file, 'evil.pth'), UserError);
    },
  );

  t.test(`${format}: every truncation and a walk of flipped bits end in a UserError or in whole arrays`, async (t) => {
    const file = write(pickled.dict({ plain, part: tensor(storage('0', six), [2], [2], 1) }), { 0: six });
    for (let length = 0; length < file.length; length++) {
      if (!isRefusedOrWhole(file.subarray(0, length))) t.fail(`cut at ${length}`);
    }
    for (let bit = 0; bit < file.length * 8; bit++) {
      const flipped = file.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      if (!isRefusedOrWhole(flipped)) t.fail(`bit ${bit}`);
    }
    t.throws(() => readTorchStateDict(file.subarray(0, file.length - 30), 'cut.pth'), /^cut\.pth /);
  });
}

t.test(
  'one changed bit of what a zip file holds is found: no number is read otherwise than it was saved',
  async (t) => {
    const dict = pickled.dict({ plain, note: pickled.text('text') });
    const file = torchZip(dict, { 0: six });
    const whole = readTorchStateDict(file, 'net.pth');
    for (let bit = 0; bit < file.length * 8; bit++) {
      const flipped = file.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      try {
        t.strictSame(readTorchStateDict(flipped, 'net.pth'), whole, `bit ${bit} changes nothing that is read`);
      } catch (error) {
        if (!(error instanceof UserError)) t.fail(`bit ${bit}: ${error}`);
      }
    }
    const numbers = file.slice();
    const at = Buffer.from(file).indexOf(Buffer.from(new Float32Array([5]).buffer));
    numbers[at] = (numbers[at] as number) ^ 1;
    t.throws(() => readTorchStateDict(numbers, 'net.pth'), {
      name: 'UserError',
      message: /^net\.pth is not a whole zip archive \(an entry has another checksum than it was saved with\): take a/,
    });
  },
);

t.test('a dict that contains itself ends, it does not hang or overflow the stack', async (t) => {
  const cyclic = [0x7d, 0x71, 0, ...pickled.text('model'), 0x68, 0, 0x73];
  t.throws(() => readTorchStateDict(torchZip(cyclic), 'evil.pth'), { name: 'UserError' });
});

t.test('a small file that unfolds into a large one is refused at once, and in few words', async (t) => {
  /** A tuple of itself, over and over: as text it has 2^depth parts. */
  const nested = (depth: number) => [...pickled.text('x'), ...Array.from({ length: depth }, () => [0x32, 0x86]).flat()];
  const dicts = new Array(2 ** 20).fill(0x7d);
  const samePairs = [
    ...pickled.list(...Array.from({ length: 1000 }, (_, i) => pickled.tuple(pickled.integer(i), pickled.none))),
    ...[0x85, 0x71, 0],
    ...Array.from({ length: 10_000 }, () => [...pickled.global('collections', 'OrderedDict'), 0x68, 0, 0x52]).flat(),
  ];
  const storageKey = pickled.persistent(
    pickled.tuple(
      pickled.text('storage'),
      pickled.global('torch', 'FloatStorage'),
      nested(40),
      pickled.text('cpu'),
      pickled.integer(6),
    ),
  );
  const long = 'a'.repeat(2 ** 20);
  const bombs: Record<string, [Pickled, RegExp]> = {
    'a module name': [[...nested(40), ...pickled.text('x'), 0x93], /a name that is no text/],
    'the name of a function': [[...pickled.text('os'), ...nested(40), 0x93], /a name that is no text/],
    'the key of a storage': [storageKey, /a reference to something that is not a storage/],
    'the keys of state dicts': [
      [0x7d, ...nested(40), ...pickled.dict({ plain }), 0x73, ...nested(41), ...pickled.dict({ plain }), 0x73],
      /holds no tensors/,
    ],
    'a million empty dicts': [dicts, /too many values/],
    'the same pairs ten thousand times': [samePairs, /too many values/],
    'a global of a long name': [pickled.global(long, long), /the Python object "a{100}…"/],
    'a tensor of a long name': [pickled.dict({ [long]: plain }), /a name of 1048576 characters/],
    'state dicts of long names': [pickled.dict({ [long]: pickled.dict({ plain }) }), /holds no tensors/],
  };
  for (const [what, [value, message]] of Object.entries(bombs)) {
    for (const write of Object.values(formats)) {
      const file = write(value, { 0: six });
      const beganMs = performance.now();
      try {
        readTorchStateDict(file, 'evil.pth');
        t.fail(`${what} is read`);
      } catch (error) {
        t.ok(error instanceof UserError, what);
        t.match((error as Error).message, message, what);
        t.ok((error as Error).message.length < 500, 'the message is short');
      }
      t.ok(performance.now() - beganMs < 2000, 'at once');
    }
  }
});

t.test('of a legacy file it is said that nothing protects it', async (t) => {
  const dict = pickled.dict({ plain });
  t.match(unprotectedWarning(torchLegacy(dict, { 0: six }), 'old.pth'), /^old\.pth has the format .* no checksum/);
  t.equal(unprotectedWarning(torchZip(dict, { 0: six }), 'new.pth'), null);
});

t.test('the legacy format may store a part of a storage under a key of its own', async (t) => {
  const view = pickled.tuple(pickled.text('v'), pickled.integer(2), pickled.integer(3));
  const dict = pickled.dict({ plain, part: tensor(storage('0', six, view), [2], [1], 1) });
  t.same(readTorchStateDict(torchLegacy(dict, { 0: six }), 'x').get('part')?.data, new Float32Array([3, 4]));
  const outside = pickled.tuple(pickled.text('v'), pickled.integer(4), pickled.integer(3));
  const bad = pickled.dict({ part: tensor(storage('0', six, outside), [2], [1], 1) });
  t.throws(() => readTorchStateDict(torchLegacy(bad, { 0: six }), 'x'), /part outside storage/);
});

t.test('other files say what they are', async (t) => {
  t.throws(() => readTorchStateDict(new TextEncoder().encode('hello'), 'a.txt'), /^a\.txt is not a file that torch/);
  t.throws(() => readTorchStateDict(new Uint8Array(0), 'empty.pth'), { name: 'UserError' });
  const compressed = torchZip(pickled.dict({ plain }), { 0: { ...six, data: new Float32Array(6) } }, 6);
  t.throws(() => readTorchStateDict(compressed, 'a.pth'), /was compressed after torch\.save/);
});

function isRefusedOrWhole(file: Uint8Array): boolean {
  try {
    return [...readTorchStateDict(file, 'x').values()].every(
      ({ shape, data }) => shape.reduce((a, b) => a * b, 1) === data.length,
    );
  } catch (error) {
    if (error instanceof UserError) return true;
    console.error(error);
    return false;
  }
}
