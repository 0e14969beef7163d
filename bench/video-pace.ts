// Whether the stages of `instagan video` overlap: frames a second of each stage alone, and of all together, which the slowest
// stage alone should set. Segmenting and translating share a device, so that they are one stage here; what tracks instances
// belongs to it. And the processor time that a translated frame takes, which the load of the machine changes little. Medians of all rounds.
//
// With --frames, the processor time a frame of each stage for the same clip in the middle of frames of several sizes, beside that of
// ffmpeg alone: it should depend on the objects, not on the frame.
//
//   npx tsx bench/video-pace.ts --run DIR --input VIDEO (--masks DIR | --segmenter DIR) [--direction NAME] [--frames HxW,HxW]
//                               [--region NAME] [--background NAME] [--fps N] [--size HxW] [--duration S] [--backend NAME] [--threads N] [--rounds N] [--json]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  chooseEncoder,
  encodeFrames,
  outputFormat,
  translateFrames,
  translateVideo,
  type VideoFrame,
} from '@instagan/video';
import { framedCosts, framedTable } from './framed-clip.ts';
import { median } from './report.ts';
import { openVideoSource, VIDEO_FLAGS } from './video-source.ts';

const { values: options } = parseArgs({
  options: { ...VIDEO_FLAGS, rounds: { type: 'string', default: '3' }, frames: { type: 'string' } },
});
const folder = await mkdtemp(join(tmpdir(), 'instagan-bench-'));
try {
  if (options.frames === undefined) await comparePaces();
  else {
    const costs = await framedCosts(options, options.frames, Number(options.rounds), folder);
    process.stdout.write(options.json ? `${JSON.stringify(costs)}\n` : framedTable(costs));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function comparePaces(): Promise<void> {
  const source = await openVideoSource(options);
  const { translator, segment, selection, how, input, ffmpeg } = source;
  try {
    const { format, frames } = await decoded();
    // Kernels are compiled and memory is taken before anything is timed.
    for await (const _ of translateFrames(each(frames.slice(0, 3)), format, { translator, segment, ...how }));
    const rounds: (readonly [number, number, number, number])[] = [];
    const cpuMs: number[] = [];
    for (let round = 0; round < Number(options.rounds); round++) {
      const decode = await paceOf((await source.decode()).frames);
      const before = process.cpuUsage();
      const translate = await paceOf(translateFrames(each(frames), format, { translator, segment, ...how }));
      const { user, system } = process.cpuUsage(before);
      cpuMs.push((user + system) / 1000 / frames.length);
      rounds.push([decode, translate, await paceOf(encoded()), await paceOf(whole())]);
    }
    const [decode = 0, translate = 0, encode = 0, together = 0] = [0, 1, 2, 3].map((i) =>
      median(rounds.map((paces) => paces[i] as number)),
    );
    const stages = { decode, translate, encode };
    const [slowest] = Object.entries(stages).sort(([, a], [, b]) => a - b) as [[string, number]];
    const share = together / slowest[1];
    if (options.json) {
      const { width, height } = format;
      const result = { width, height, frames: frames.length, stages, translateCpuMs: median(cpuMs), together, share };
      process.stdout.write(`${JSON.stringify(result)}\n`);
    } else {
      process.stdout.write(`${frames.length} frames, ${format.width}x${format.height}\n`);
      for (const [name, pace] of Object.entries(stages)) {
        process.stdout.write(`${`${name} alone`.padEnd(16)}${pace.toFixed(2).padStart(8)} frames/s\n`);
      }
      process.stdout.write(`${'all together'.padEnd(16)}${together.toFixed(2).padStart(8)} frames/s\n`);
      process.stdout.write(`${'translate, CPU'.padEnd(16)}${median(cpuMs).toFixed(0).padStart(8)} ms/frame\n`);
      process.stdout.write(`That is ${(100 * share).toFixed(1)} % of the pace of the slowest, ${slowest[0]}.\n`);
    }

    async function* encoded(): AsyncGenerator<void> {
      const encoder = await chooseEncoder(ffmpeg, outputFormat('out.mp4', false));
      const writer = encodeFrames(ffmpeg, encoder, format, join(folder, 'encoded.mp4'));
      for (const { ticks, data } of frames) {
        await writer.write(ticks, data);
        yield;
      }
      await writer.finish();
      yield;
    }
  } finally {
    await source.close();
  }

  async function decoded() {
    const { format, frames } = await source.decode();
    const all: VideoFrame[] = [];
    for await (const frame of frames) all.push(frame);
    return { format, frames: all };
  }

  async function* each(frames: readonly VideoFrame[]): AsyncGenerator<VideoFrame> {
    yield* frames;
  }

  async function* whole(): AsyncGenerator<void> {
    for await (const { type } of translateVideo({
      ...{ translator, segment, input, output: join(folder, 'whole.mp4'), overwrites: true },
      ...selection,
      ...how,
    })) {
      if (type === 'frame') yield;
    }
    yield;
  }
}

/** Items a second, from the first to the end. */
async function paceOf(items: AsyncIterable<unknown>): Promise<number> {
  let count = -1;
  let beganMs = 0;
  for await (const _ of items) if (++count === 0) beganMs = performance.now();
  return count / ((performance.now() - beganMs) / 1000);
}
