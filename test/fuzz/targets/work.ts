import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sendControl } from '@instagan/core/control';
import {
  annotationLocation,
  buildOptionsOf,
  joinImageShards,
  openImageShard,
  openPlan,
  plannedFile,
  readEvaluations,
  refuseForeign,
  runsOf,
  translationsOf,
} from '@instagan/tui/internals/records';
import { type FuzzTarget, jsonBytes, textOf } from '../fuzz-target.ts';

const encoder = new TextEncoder();
/** Words of a command line are no longer. */
const MAX_WORD_BYTES = 4000;

/** What `--data` and `--masks` say of annotations. */
const location: FuzzTarget = {
  name: 'location',
  kind: 'bytes',
  words: [
    'coco:',
    'yolo:',
    '?',
    '&',
    '=',
    'images=',
    'a=',
    'b=',
    'size=',
    'seed=',
    '__proto__=',
    '%00',
    '%ff',
    '.json',
  ],
  seeds: async () =>
    ['coco:instances.json?images=train2017&a=sheep&b=giraffe', 'data.yaml?size=64x64&min-area=0.1', 'photos'].map(
      (text) => encoder.encode(text),
    ),
  read: (input) => {
    const found = annotationLocation(textOf(input.subarray(0, MAX_WORD_BYTES)));
    if (found !== null) buildOptionsOf(found);
    return [];
  },
};

/** The plan of a comparison. */
const plan: FuzzTarget = {
  name: 'plan',
  kind: 'json',
  words: ['common', 'cells', 'translations', 'cell', 'instancesPerChunk', 'model', 'cyclegan', 'ngf', 'seed', 'size'],
  seeds: async () => [
    jsonBytes({ common: { ngf: 16 }, cells: { paper: {}, 'a+b': { model: 'cyclegan', upsampling: 'nearest' } } }),
    jsonBytes({ cells: { paper: {} }, translations: { 'one by one': { cell: 'paper', instancesPerChunk: 1 } } }),
  ],
  read: async (input, place) => {
    const opened = await openPlan(place.file('plan.json', input));
    const rows = translationsOf(opened, runsOf(opened, {}, [1, 2]));
    for (const { training } of rows) {
      if (!/^[a-z0-9-]*$/.test(training.folder)) throw new Error(`A training lies in ${training.folder}.`);
    }
    return [];
  },
};

const estimate = { value: 0.5, low: null, high: 1 };
const compared = { translated: estimate, real: estimate };
const agreement = { iou: estimate, ap50: estimate, count: estimate };

/** A saved result of `evaluate`. */
const evaluation: FuzzTarget = {
  name: 'evaluation',
  kind: 'json',
  words: ['AtoB', 'BtoA', 'masks', 'agreement', 'variant', 'classifier', 'score', 'step', 'value', 'low', 'high'],
  seeds: async () => {
    const direction = {
      images: 4,
      objects: 8,
      plain: { objects: estimate, images: estimate, real: estimate, untranslated: estimate },
      masked: { objects: estimate, images: estimate, real: estimate, untranslated: estimate },
      masks: {
        kept: estimate,
        ...{ onePiece: compared, wholeness: compared, pieces: compared, grey: estimate, checkerboard: compared },
        ...{ nearest: compared, diversity: { translated: 0.1, real: null } },
      },
      background: { psnr: estimate, ssim: estimate },
      rim: { psnr: estimate, ssim: estimate },
      sharpness: { objects: estimate, background: estimate },
      reconstruction: { error: estimate, iou: estimate },
      kid: { images: estimate, objects: estimate },
    };
    const report = {
      ...{ run: 'runs/a', step: 7, data: 'meadow', split: 'test', score: 0.5 },
      classifier: { file: 'classifier.safetensors', accuracy: { plain: 1, masked: 1, objects: 8 } },
      agreement: { A: { translated: agreement, real: agreement }, B: {} },
    };
    return [
      jsonBytes({ ...report, variant: ['--instances-per-chunk 1'], AtoB: direction }),
      jsonBytes({ ...report, BtoA: { ...direction, masks: null } }),
    ];
  },
  read: async (input, place) => {
    mkdirSync(path.join(place.folder, 'evaluation'), { recursive: true });
    place.file('evaluation/test-step-00000007.json', input);
    for (const { step, score } of await readEvaluations(place.folder)) {
      if (!Number.isSafeInteger(step) || typeof score !== 'number') throw new Error('An evaluation without a score.');
    }
    return [];
  },
};

/** What a shard of a folder of images records: of an image, of all that failed, and its plan. */
const shards: FuzzTarget = {
  name: 'image-shards',
  kind: 'json',
  words: ['name', 'input', 'output', 'masks', 'tiles', 'failed', 'error', 'warning', 'masksFrom', 'sha256', '../../x'],
  seeds: async () => [
    jsonBytes({
      ...{ name: 'a', input: 'photos/a.png', output: 'out/a.png', masks: ['out_seg/a_0.png'], translated: [0] },
      ...{ masksFrom: 'file', seconds: 0.5, warning: 'It has no mask.', tiles: 0, failed: [] },
    }),
    jsonBytes({ failed: [{ name: 'a', input: 'photos/a.png', error: 'It is damaged.' }], size: [1, 2] }),
  ],
  read: async (input, place) => {
    const output = path.join(place.folder, 'out');
    const folder = `${output}.parts/shard-1-of-1`;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const name of ['image-a', 'complete', 'plan']) writeFileSync(path.join(folder, `${name}.json`), input);
    const inputs = [{ name: 'a', file: 'photos/a.png', masks: [] }];
    const joined = await joinImageShards(output, inputs, () => true);
    const texts = [...joined.images.flatMap(({ warning = '' }) => warning), ...joined.failed.map(({ error }) => error)];
    if (!texts.every((text) => typeof text === 'string')) throw new Error('A text is none.');
    await openImageShard(output, { number: 1, count: 1 }, { size: [1, 2] }, inputs);
    return [];
  },
};

/** The record of what was written into a folder. */
const written: FuzzTarget = {
  name: 'written',
  kind: 'bytes',
  words: [' a.png', '\n', '\r\n', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  seeds: async () => [
    encoder.encode('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 a.png\n'),
    encoder.encode('\nf00d b.png'),
  ],
  read: async (input, place) => {
    place.file('.instagan-written', input);
    place.file('a.png', '');
    await refuseForeign([plannedFile('--output', path.join(place.folder, 'a.png'))]);
    return [];
  },
};

/** Where a training is said to listen for commands. */
const address: FuzzTarget = {
  name: 'control-address',
  kind: 'bytes',
  words: ['/tmp/', '\\\\.\\pipe\\', '\0', '\n', '0', '65536', 'localhost:80', '../'],
  seeds: async () => ['/nowhere/control.sock\n', '4711', ''].map((text) => encoder.encode(text)),
  read: async (input, place) => {
    place.file('control.address', input);
    await sendControl(place.folder, { command: 'pause' });
    return [];
  },
};

export const WORK: readonly FuzzTarget[] = [location, plan, evaluation, shards, written, address];
