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
  type VideoFrame,
} from '@instagan/video';
import { median } from './report.ts';
import type { VideoSource } from './video-source.ts';

const run = promisify(execFile);

/** Processor time a frame, in milliseconds; `own` is that of this process, the rest that of ffmpeg. */
export interface StageCost {
  readonly ms: number;
  readonly ownMs: number;
}

/** What the stages of `instagan video` cost, and what ffmpeg alone costs on the same clip. */
export type StageCosts = Readonly<Record<StageName, StageCost>>;

export const STAGES = ['decode', 'masks', 'network', 'objects', 'encode', 'ffmpeg decode', 'ffmpeg encode'] as const;
export type StageName = (typeof STAGES)[number];

/** The stages whose work should follow the objects, not the frame. */
export const OF_OBJECTS: readonly StageName[] = ['network', 'objects'];

/**
 * Measures the stages one after the other: `objects` is all of a translation but the network, which is tracking, resampling and
 * laying over. Medians of all rounds. Linux only: elsewhere the time of ffmpeg is not known.
 *
 * @param folder for what is encoded
 */
export async function measureStages(source: VideoSource, rounds: number, folder: string): Promise<StageCosts> {
  const { format, frames } = await allFrames(source);
  const encoder = await chooseEncoder(source.ffmpeg, outputFormat('out.mp4', false), {}, format);
  const network = meteredNetwork(source.translator);
  const found = new Map<number, Awaited<ReturnType<FrameSegmenter>>>();
  const segment: FrameSegmenter = async ({ index }) => found.get(index) ?? [];
  const { width, height } = format;
  const find = async () => {
    for (const { index, data } of frames) {
      found.set(index, await source.segment({ index, width, height, image: data }));
    }
  };
  const translate = async (some: readonly VideoFrame[]) => {
    for await (const _ of translateFrames(each(some), format, {
      ...source.how,
      translator: network.translator,
      segment,
    }));
  };
  // Kernels are compiled and memory is taken before anything is timed.
  await find();
  await translate(frames.slice(0, 3));
  const costs: (readonly [StageName, StageCost])[] = [];
  for (let round = 0; round < rounds; round++) {
    const decode = await costOf(async () => {
      for await (const _ of (await source.decode()).frames);
    });
    const masks = await costOf(find);
    network.reset();
    const translation = await costOf(() => translate(frames));
    const ofNetwork = { ms: network.spentMs(), ownMs: network.spentMs() };
    const encode = await costOf(async () => {
      const writer = encodeFrames(source.ffmpeg, encoder, format, join(folder, 'encoded.mp4'));
      for (const { ticks, data } of frames) await writer.write(ticks, data);
      await writer.finish();
    });
    const input = ['-loglevel', 'error', '-i', source.input];
    const decodeAlone = await costOf(() => run(source.ffmpeg.path, [...input, '-f', 'null', '-']));
    const both = [...input, '-an', ...argumentsOf(encoder), '-y', join(folder, 'again.mp4')];
    const transcode = await costOf(() => run(source.ffmpeg.path, both));
    costs.push(
      ...Object.entries({
        ...{ decode, masks, network: ofNetwork, objects: less(translation, ofNetwork), encode },
        ...{ 'ffmpeg decode': decodeAlone, 'ffmpeg encode': less(transcode, decodeAlone) },
      }).map(([name, cost]) => [name as StageName, cost] as const),
    );
  }
  const medianOf = (name: StageName, field: keyof StageCost) =>
    median(costs.filter(([own]) => own === name).map(([, cost]) => cost[field])) / frames.length;
  return Object.fromEntries(
    STAGES.map((name) => [name, { ms: medianOf(name, 'ms'), ownMs: medianOf(name, 'ownMs') }]),
  ) as Record<StageName, StageCost>;
}

async function allFrames(source: VideoSource) {
  const { format, frames } = await source.decode();
  const all: VideoFrame[] = [];
  for await (const frame of frames) all.push(frame);
  return { format, frames: all };
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

async function costOf(work: () => Promise<unknown>): Promise<StageCost> {
  const [before, childrenBeforeMs] = [process.cpuUsage(), await childrenMs()];
  await work();
  const own = ownMs(before);
  return { ms: own + (await childrenMs()) - childrenBeforeMs, ownMs: own };
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
