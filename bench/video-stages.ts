import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Translator } from '@instagan/core';
import {
  chooseEncoder,
  type Encoder,
  encodeFrames,
  type FrameSegmenter,
  outputFormat,
  translateFrames,
  translateVideo,
  type VideoFrame,
} from '@instagan/video';
import type { VideoSource } from './video-source.ts';

const run = promisify(execFile);

/** Processor time a frame, in milliseconds; `own` is that of this process, the rest that of ffmpeg. */
export interface StageCost {
  readonly ms: number;
  readonly ownMs: number;
}

/** What the stages of `instagan video` cost, and what ffmpeg alone costs on the same clip. */
export type StageCosts = Readonly<Record<StageName, StageCost>>;

export const STAGES = [
  ...(['decode', 'masks', 'network', 'objects', 'encode', 'all together'] as const),
  ...(['ffmpeg decode', 'ffmpeg encode'] as const),
] as const;
export type StageName = (typeof STAGES)[number];

/** Frames that are kept, and translated: many large ones would keep the garbage collector busy. */
const KEPT_FRAMES = 8;

/**
 * Measures the stages one after the other: `objects` is all of a translation but the network, which is tracking, resampling and
 * laying over, and `all together` a whole translation from its start on. The least of all rounds, for other work on the machine only adds. Linux only: elsewhere the time of ffmpeg is not known.
 *
 * @param source of frames enough that what a process takes to start does not count
 * @param folder for what is encoded
 */
export async function measureStages(source: VideoSource, rounds: number, folder: string): Promise<StageCosts> {
  const { format, frames, count } = await firstFrames(source);
  const encoder = await chooseEncoder(source.ffmpeg, outputFormat('out.mp4', false), {}, format);
  const network = meteredNetwork(source.translator);
  const found = new Map<number, Awaited<ReturnType<FrameSegmenter>>>();
  const segment: FrameSegmenter = async ({ index }) => found.get(index) ?? [];
  const { width, height } = format;
  const copies = frames.map((frame) => ({ ...frame, data: Uint8Array.from(frame.data) }));
  const stages = {
    decode: async () => {
      const video = await source.decode();
      for await (const { data } of video.frames) video.memory.giveBack(data);
    },
    masks: async () => {
      for (const { index, data } of frames) {
        found.set(index, await source.segment({ index, width, height, image: data }));
      }
    },
    translate: async () => {
      const options = { ...source.how, translator: network.translator, segment, changesFrames: true };
      for await (const _ of translateFrames(each(copies), format, options));
    },
    encode: async () => {
      const writer = encodeFrames(source.ffmpeg, encoder, format, join(folder, 'encoded.mp4'));
      const step = (frames[1]?.ticks ?? 1) - (frames[0]?.ticks ?? 0);
      for (let n = 0; n < count; n++) await writer.write(n * step, (frames[n % frames.length] as VideoFrame).data);
      await writer.finish();
    },
  };
  const input = ['-loglevel', 'error', '-i', source.input];
  const alone = {
    decode: () => run(source.ffmpeg.path, [...input, '-f', 'null', '-']),
    both: () => run(source.ffmpeg.path, [...input, '-an', ...argumentsOf(encoder), '-y', join(folder, 'again.mp4')]),
  };
  const together = () => translated(source, folder, () => {});
  // Kernels are compiled and memory is taken before anything is timed.
  await stages.masks();
  await stages.translate();
  const all: StageCosts[] = [];
  for (let round = 0; round < rounds; round++) {
    const decode = await costOf(stages.decode, count);
    const masks = await costOf(stages.masks, frames.length);
    for (const [i, { data }] of copies.entries()) data.set((frames[i] as VideoFrame).data);
    network.reset();
    const translation = await costOf(stages.translate, frames.length);
    const networkMs = network.spentMs() / frames.length;
    const ofNetwork = { ms: networkMs, ownMs: networkMs };
    const encode = await costOf(stages.encode, count);
    const decodeAlone = await costOf(alone.decode, count);
    const transcoding = await costOf(alone.both, count);
    all.push({
      ...{ decode, masks, network: ofNetwork, objects: less(translation, ofNetwork), encode },
      ...{
        'all together': await costOf(together, count),
        'ffmpeg decode': decodeAlone,
        'ffmpeg encode': less(transcoding, decodeAlone),
      },
    });
  }
  const least = (name: StageName) =>
    all.map((costs) => costs[name]).reduce((best, cost) => (cost.ms < best.ms ? cost : best));
  return Object.fromEntries(STAGES.map((name) => [name, least(name)])) as Record<StageName, StageCost>;
}

/** The most resident memory of this process, in MiB, in each half of the translation of a clip. */
export async function memoryOfHalves(source: VideoSource, folder: string): Promise<readonly [number, number]> {
  const residentMiB: number[] = [];
  await translated(source, folder, () => residentMiB.push(process.memoryUsage.rss() / 2 ** 20));
  const half = Math.ceil(residentMiB.length / 2);
  return [Math.max(...residentMiB.slice(0, half)), Math.max(...residentMiB.slice(half))];
}

/** Translates the whole clip. */
async function translated(source: VideoSource, folder: string, afterFrame: () => void): Promise<void> {
  const { translator, segment, input, how } = source;
  const output = join(folder, 'whole.mp4');
  for await (const { type } of translateVideo({ translator, segment, input, output, overwrites: true, ...how })) {
    if (type === 'frame') afterFrame();
  }
}

async function firstFrames(source: VideoSource) {
  const { format, frames: decoded } = await source.decode();
  const frames: VideoFrame[] = [];
  let count = 0;
  for await (const frame of decoded) if (count++ < KEPT_FRAMES) frames.push(frame);
  return { format, frames, count };
}

async function* each(frames: readonly VideoFrame[]): AsyncGenerator<VideoFrame> {
  yield* frames;
}

function argumentsOf({ name, args, pixelFormat }: Encoder): string[] {
  return ['-c:v', name, ...args, '-pix_fmt', pixelFormat];
}

function less(all: StageCost, part: StageCost): StageCost {
  return { ms: all.ms - part.ms, ownMs: all.ownMs - part.ownMs };
}

/** A translator that adds up the processor time of its network. */
function meteredNetwork<T extends Translator>(translator: T) {
  let spentMs = 0;
  const model: Translator['model'] = {
    ...translator.model,
    generate: (parameters, set) => {
      const before = process.cpuUsage();
      const output = translator.model.generate(parameters, set);
      spentMs += ownMs(before);
      return output;
    },
  };
  return {
    translator: { ...translator, model },
    spentMs: () => spentMs,
    reset: () => {
      spentMs = 0;
    },
  };
}

/** What work costs for each of some frames. */
async function costOf(work: () => Promise<unknown>, frames: number): Promise<StageCost> {
  const [before, childrenBeforeMs] = [process.cpuUsage(), await childrenMs()];
  await work();
  const own = ownMs(before);
  return { ms: (own + (await childrenMs()) - childrenBeforeMs) / frames, ownMs: own / frames };
}

function ownMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Clock ticks a second, of /proc. */
const TICKS = 100;

/** Processor time of all child processes that have ended, in milliseconds. */
async function childrenMs(): Promise<number> {
  const fields = (await readFile('/proc/self/stat', 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[13]) + Number(fields[14])) * 1000) / TICKS;
}
