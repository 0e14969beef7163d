import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type MaskedImage, type RunEvent, type Translator, translationModel } from '@instagan/core';
import { createRng } from '@instagan/core/data';
import { tinyConfig, trainTiny } from '@instagan/core/internals/training';
import { writeImage } from '@instagan/datasets';
import { parseSegmenterConfig, trainSegmenter } from '@instagan/segmenter';
import { translateVideo } from '@instagan/video';
import * as tf from '@tensorflow/tfjs';
import { digest, digests } from './digests.ts';

/** A job in this process, so small that it can be done hundreds of times. A backend must be open. */
export interface JobInProcess {
  readonly name: string;
  isBegun(folder: string): boolean;
  /** @throws what the job throws */
  run(folder: string, resumes: boolean): Promise<void>;
  /** What an unbroken job and one that failed on the way must have in common: digests by name. */
  outcome(folder: string): Promise<Record<string, string>>;
}

const STEPS = 4;
const SIDE_PX = 32;

const isRun = (folder: string) => existsSync(path.join(folder, 'config.json'));
const runOutcome = (folder: string) => digests(folder, ['events.jsonl']);

export const TRAINING: JobInProcess = {
  name: 'training',
  isBegun: isRun,
  outcome: runOutcome,
  run: async (runFolder, resume) => {
    const config = resume ? {} : tinyConfig({ checkpointEvery: 2, keepCheckpoints: 1, sampleEvery: 2 });
    const { error } = await trainTiny({ runFolder, resume, config, steps: STEPS, writePicture: writeImage });
    if (error !== undefined) throw error;
  },
};

const SEGMENTER_TRAINING: JobInProcess = {
  name: 'segmenter training',
  isBegun: isRun,
  outcome: runOutcome,
  run: async (runFolder, resume) => {
    const settings = {
      ...{ ngf: 2, ndf: 2, levels: 2, seed: 5, size: { height: SIDE_PX, width: SIDE_PX } },
      ...{ checkpointEvery: 2, keepCheckpoints: 1, sampleEvery: 2, validateEvery: 2 },
    };
    const events: AsyncIterable<RunEvent> = trainSegmenter({
      runFolder,
      resume,
      config: resume ? {} : parseSegmenterConfig(settings, 'test'),
      openData: async () => ({ count: 12, warnings: [], load: async (i) => squareImage(i), close: async () => {} }),
      backend: { name: 'test', device: 'test', gpu: false },
      steps: STEPS,
      writePicture: writeImage,
    });
    for await (const _ of events);
  },
};

/** A bright square on a dark, noisy ground. */
function squareImage(index: number): MaskedImage {
  const rng = createRng(3, 'squares', index);
  const [left, top] = [rng.integer(16), rng.integer(16)];
  const isObject = (i: number) => {
    const [x, y] = [i % SIDE_PX, Math.floor(i / SIDE_PX)];
    return x >= left && x < left + 12 && y >= top && y < top + 12;
  };
  const mask = Uint8Array.from({ length: SIDE_PX ** 2 }, (_, i) => (isObject(i) ? 255 : 0));
  const image = Uint8Array.from({ length: 3 * SIDE_PX ** 2 }, (_, i) => {
    return (isObject(Math.floor(i / 3)) ? 190 : 40) + rng.integer(40);
  });
  return { name: `square-${index}`, width: SIDE_PX, height: SIDE_PX, image, masks: [mask] };
}

const VIDEO_FRAMES = 8;

const VIDEO: JobInProcess = {
  name: 'video',
  isBegun: (folder) => existsSync(path.join(folder, 'out.mp4.parts')),
  outcome: async (folder) => {
    const names = (await readdir(folder)).filter((name) => name !== 'in');
    const entries = names.map(async (name) => {
      return [name, name === 'out.mp4' ? digest(await readFile(path.join(folder, name))) : 'left over'] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  },
  run: async (folder, resumes) => {
    if (!existsSync(path.join(folder, 'in'))) await writeFrames(path.join(folder, 'in'));
    const translated = translateVideo({
      translator: negative,
      segment: async ({ width, height }) => [
        Float32Array.from({ length: width * height }, (_, i) => (i % width < width / 2 ? 1 : -1)),
      ],
      input: path.join(folder, 'in', '%05d.png'),
      output: path.join(folder, 'out.mp4'),
      partFrames: 4,
      resumes,
    });
    for await (const _ of translated);
  },
};

/** Turns the picture into its negative. */
const negative: Translator = {
  parameters: new Map(),
  instancesPerChunk: 2,
  model: {
    ...translationModel({ ngf: 2, ndf: 2, blocks: 1 }),
    generate: (_, { image, masks, counts }) => ({ image: tf.neg(image), masks, counts }),
  },
};

async function writeFrames(folder: string): Promise<void> {
  for (let n = 1; n <= VIDEO_FRAMES; n++) {
    const data = Uint8Array.from({ length: 32 * 24 * 3 }, (_, i) => (i * 7 + n * 29) % 256);
    await writeImage(path.join(folder, `${String(n).padStart(5, '0')}.png`), { width: 32, height: 24, data });
  }
}

export const JOBS_IN_PROCESS = [TRAINING, SEGMENTER_TRAINING, VIDEO] as const;
