import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readNewestCheckpoint, readRunConfig, translationConfigs, writeCheckpoint } from '@instagan/core';
import { eventLogFile, formatEvent, type RunEventBody, readEvents, runHolder } from '@instagan/core/events';
import { segmenterConfigs } from '@instagan/segmenter';
import { RunEntry, User } from '@instagan/tui/internals/dashboard';
import { openParts, optionsOfShards, readParts } from '@instagan/video/internals/streams';
import { type FuzzPlace, type FuzzTarget, jsonBytes, textOf } from '../fuzz-target.ts';

const CONFIGS = path.join(import.meta.dirname, '../../fixtures/configs');
const TIME = '2024-01-02T03:04:05.678Z';

/** `config.json` of runs of all models. */
export const config: FuzzTarget = {
  name: 'config',
  kind: 'json',
  words: ['model', 'size', 'epochs', 'learningRate', 'instagan', 'cyclegan', 'pix2pix', 'weights', 'ema', 'preset'],
  seeds: async () =>
    ['instagan.json', 'instagan-first.json', 'cyclegan-seg.json', 'segmenter.json'].map((name) =>
      Uint8Array.from(readFileSync(path.join(CONFIGS, name))),
    ),
  read: async (input, place) => {
    place.file('config.json', input);
    const kinds = textOf(input).includes('pix2pix') ? [segmenterConfigs] : [translationConfigs, segmenterConfigs];
    let failure: unknown;
    for (const kind of kinds)
      failure = await readRunConfig(kind as typeof translationConfigs, place.folder).catch((error) => error);
    if (failure instanceof Error) throw failure;
    return [];
  },
};

/** `manifest.json` of a checkpoint whose other files are whole. */
export const manifest: FuzzTarget = {
  name: 'manifest',
  kind: 'json',
  words: [
    'formatVersion',
    'packageVersion',
    'sha256',
    'sizeBytes',
    'model.safetensors',
    '../model.safetensors',
    'state',
    'step',
  ],
  seeds: async () => {
    const { mkdtempSync, rmSync } = await import('node:fs');
    const { tmpdir } = await import('node:os');
    const folder = mkdtempSync(path.join(tmpdir(), 'instagan-fuzz-seed-'));
    const written = await writeCheckpoint(folder, 7, CHECKPOINT);
    const bytes = Uint8Array.from(readFileSync(path.join(written, 'manifest.json')));
    rmSync(folder, { recursive: true });
    const { sha256: _, ...older } = JSON.parse(textOf(bytes));
    return [bytes, jsonBytes(older)];
  },
  read: async (input, place) => {
    const folder = path.join(place.folder, 'checkpoints', 'step-00000007');
    try {
      readFileSync(path.join(folder, 'model.safetensors'));
    } catch {
      await writeCheckpoint(place.folder, 7, CHECKPOINT);
    }
    place.file('checkpoints/step-00000007/manifest.json', input);
    const { checkpoint, warnings } = await readNewestCheckpoint(place.folder);
    if (checkpoint !== null && checkpoint.step !== 7) throw new Error('It resumes at another step than its own.');
    return warnings;
  },
};

const CHECKPOINT = {
  files: { 'model.safetensors': new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]) },
  manifest: { rng: [1, 2, 3, 4], learningRate: 2e-4, schedule: { stepsPerEpoch: 4 } },
};

const EVENTS: readonly RunEventBody[] = [
  {
    type: 'run-started',
    step: 0,
    totalSteps: 400,
    stepsPerEpoch: 50,
    resumed: false,
    backend: { name: 'wasm', device: '2 threads, SIMD' },
    memory: { ramBytes: 1e9, deviceBytes: 0, summary: '1 GB' },
    config: { batch: 1, size: { height: 32, width: 32 }, learningRate: { generator: 2e-4, discriminator: 1e-4 } },
  },
  ...[1, 2, 3].map(
    (step): RunEventBody => ({
      type: 'step',
      step,
      epoch: 0,
      losses: { generatorA: 0.5, cycleA: 10 / step, contextA: 1, discriminatorA: Number.NaN },
      learningRate: { generator: 2e-4, discriminator: 1e-4 },
      seconds: 0.5,
      memory: { tensors: 526, tensorBytes: 53e6, rssBytes: 548e6 },
    }),
  ),
  { type: 'sample', step: 3, path: 'samples/step-00000003-AtoB.png', direction: 'AtoB' },
  { type: 'validation', step: 3, scores: { iou: 0.5, ap50: 0.25 }, seconds: 1 },
  { type: 'control', step: 3, command: 'learning-rate', learningRate: { generator: 1e-4, discriminator: 1e-4 } },
  { type: 'checkpoint', step: 3, path: 'checkpoints/step-00000003', seconds: 0.3 },
  { type: 'warning', code: 'data', message: 'An image is damaged.', step: 3 },
  { type: 'alarm', code: 'loss-exploding', message: 'A loss explodes.', step: 3 },
  {
    type: 'run-started',
    step: 2,
    totalSteps: 400,
    stepsPerEpoch: 50,
    resumed: true,
    backend: { name: 'cpu', device: '1' },
    config: { batch: 2 },
  },
  { type: 'run-failed', step: 3, message: 'The disk is full.' },
  { type: 'run-finished', step: 3, reason: 'completed', checkpoint: null },
];
const JOB: readonly RunEventBody[] = [
  {
    type: 'job-started',
    step: 0,
    job: 'translate',
    item: 'image',
    totalSteps: 40,
    run: '/r',
    input: '/in',
    output: '/out',
    backend: { name: 'wasm', device: '2' },
  },
  { type: 'job-progress', step: 3, totalSteps: 40, seconds: 0.5, instances: 2, path: 'out/a.png' },
  { type: 'job-finished', step: 40, reason: 'failed', failed: 1, message: 'The disk is full.' },
];

const logOf = (bodies: readonly RunEventBody[]) =>
  new TextEncoder().encode(bodies.map((body) => `${formatEvent({ v: 1, time: TIME, ...body })}\n`).join(''));

const LOG: Pick<FuzzTarget, 'kind' | 'words' | 'seeds'> = {
  kind: 'json-lines',
  words: [
    'type',
    'step',
    'losses',
    'message',
    'run-started',
    'job-started',
    'path',
    'NaN',
    '-Infinity',
    'resumed',
  ].concat(['device', 'config']),
  seeds: async () => [logOf(EVENTS), logOf(JOB), logOf(EVENTS.slice(0, 5))],
};

/** The log of a run, as commands and as the dashboard read it. */
export const events: FuzzTarget = {
  name: 'events',
  ...LOG,
  read: async (input, place) => {
    place.file('events.jsonl', input);
    const lines: string[] = [];
    for await (const event of readEvents(eventLogFile(place.folder))) lines.push(formatEvent(event));
    followed(place);
    return lines;
  },
};

/** The log of a run in all views of the dashboard, which takes a hundred times as long. */
export const dashboard: FuzzTarget = {
  name: 'dashboard',
  ...LOG,
  read: (input, place) => {
    place.file('events.jsonl', input);
    const user = new User([followed(place)], { columns: 100, rows: 34 });
    return ['1', '2', '3', '4', '5', '6', '7', '8', '?'].flatMap((key) => {
      const { texts, overlays, title } = user.press(key).frame();
      const charts = overlays.flatMap(({ content }) => (content.kind === 'text' ? content.lines : []));
      return [title, ...texts.flatMap(({ lines }) => lines), ...charts];
    });
  },
};

function followed({ folder }: FuzzPlace): RunEntry {
  const run = new RunEntry(folder);
  while (!run.log.poll(1000).caughtUp);
  return run;
}

/** `run.lock`: who trains a run. */
export const lock: FuzzTarget = {
  name: 'lock',
  kind: 'bytes',
  words: ['localhost', ' -1 ', '0 ', '\n', '\u001b[2J', '4294967296', 'abcdef0123456789'],
  seeds: async () =>
    ['1234 localhost abcdef0123456789 boot/1/77\n000000000042\n', '1 pod\n'].map((text) =>
      new TextEncoder().encode(text),
    ),
  read: (input, place) => {
    place.file('run.lock', input);
    const holder = runHolder(place.folder);
    new RunEntry(place.folder).checkAlive();
    return holder === null ? [] : [`${holder.pid} ${holder.host}`];
  },
};

/** What joining the shards of a video takes from their plan. */
export const videoPlan: FuzzTarget = {
  name: 'video-plan',
  kind: 'json',
  words: ['selection', 'format', 'encoder', 'mp4', 'gif', 'h264', 'images', 'width', 'height', 'constructor'],
  seeds: async () => [
    jsonBytes({
      selection: [0, 2.5, { width: 64, height: 48 }, 25, 2],
      format: ['mp4', 'h264'],
      encoder: ['libx264', 'yuv420p', 18, 'mp4'],
    }),
    jsonBytes({
      selection: [0, null, null, null, 1],
      format: ['images', null],
      encoder: ['png', 'rgb24', null, 'mkv'],
    }),
  ],
  read: (input) => {
    const plan: unknown = parsedObject(input);
    const options = optionsOfShards(plan as Record<string, unknown>, { input: 'in.mp4', output: 'out.mp4' });
    for (const value of [options.startSeconds, options.durationSeconds, options.fps, options.every, options.crf]) {
      if (value !== undefined && !Number.isFinite(value)) throw new Error(`${value} is no number.`);
    }
    return [];
  },
};

/** The object that a record holds; records that hold none are damaged, which is known before. */
function parsedObject(input: Uint8Array): object {
  try {
    const value: unknown = JSON.parse(textOf(input));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}

/** The records of a video's finished parts. */
export const parts: FuzzTarget = {
  name: 'parts',
  kind: 'json',
  words: ['file', 'firstFrame', 'frames', 'startSeconds', 'lastSeconds', 'endSeconds', '../../x.mp4'],
  seeds: async () => [
    jsonBytes({
      file: '/x/part-00000000.mp4',
      firstFrame: 0,
      frames: 6,
      startSeconds: 0,
      lastSeconds: 0.2,
      endSeconds: 0.24,
    }),
  ],
  read: async (input, place) => {
    mkdirSync(path.join(place.folder, 'shard'), { recursive: true });
    for (const name of ['part-00000000.json', 'plan.json', 'complete.json']) place.file(`shard/${name}`, input);
    const folder = path.join(place.folder, 'shard');
    for (const part of await readParts(folder)) {
      if (path.dirname(part.file) !== folder) throw new Error(`A part lies in ${part.file}.`);
      const { startSeconds, lastSeconds, endSeconds } = part;
      const isTime = [startSeconds, lastSeconds, endSeconds].every(Number.isFinite);
      if (!isTime || !Number.isSafeInteger(part.frames)) throw new Error('A part without times.');
    }
    const opened = await openParts(folder, { plan: { size: 1 }, ending: 'mp4', resumes: true });
    await opened.isComplete();
    return [];
  },
};
