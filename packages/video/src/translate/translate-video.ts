import {
  finishedShards,
  removeShard,
  removeShards,
  type Shard,
  shardFolder,
  type Translator,
  UserError,
} from '@instagan/core';
import { decodeVideo } from '../decode/decode-video.ts';
import { chooseEncoder, type Encoder, type EncoderOptions } from '../encode/choose-encoder.ts';
import { secondsOf, type VideoFrame } from '../frame.ts';
import { joinParts } from '../parts/join-parts.ts';
import { damagedParts, openParts, type Part, readParts } from '../parts/part-folder.ts';
import { timeRangeOf } from '../parts/shard-range.ts';
import { PartWriter } from './part-writer.ts';
import { type TranslateFramesOptions, translateFrames } from './translate-frames.ts';
import { openVideoJob, type VideoJob, type VideoJobOptions } from './video-job.ts';
import type { VideoProgress } from './video-progress.ts';

export interface TranslateVideoOptions
  extends VideoJobOptions,
    EncoderOptions,
    Omit<TranslateFramesOptions, 'isWarmUp'> {
  readonly translator: Translator;
  /** Writes original, masks and translation side by side. @default false */
  readonly compares?: boolean;
  /** Goes on where an earlier run with the same settings ended. @default false */
  readonly resumes?: boolean;
  /** Translates one part only; {@link joinShards} makes the file when all are done. @default the whole video */
  readonly shard?: Shard;
  /** Frames of a part: what is lost at most when the process is killed. @default 120 */
  readonly partFrames?: number;
  /** Tells one model from another, such as its run and step: a resumed run must have the same. */
  readonly modelIdentity?: string;
  /** Stops the translation; what is done by then becomes a whole, shorter file. */
  readonly signal?: AbortSignal;
}

const DEFAULT_PART_FRAMES = 120;
/** Frames before a part or shard from which the instances are known again. */
const WARM_UP_FRAMES = 12;

/**
 * Translates a video: decodes it, finds and tracks the instances of each frame, translates them, encodes, and joins the
 * result with the sound and the subtitles of the input. The work is done as the iterator is read; leaving it early stops
 * it. Finished parts lie in `OUTPUT.parts` until the file is whole; nothing unfinished gets its name.
 *
 * @throws from the iterator: UsageError, UserError
 */
export async function* translateVideo(options: TranslateVideoOptions): AsyncGenerator<VideoProgress, void, void> {
  const { output, shard = { number: 1, count: 1 }, partFrames = DEFAULT_PART_FRAMES } = options;
  const job = await openVideoJob(options);
  const encoder = await chooseEncoder(job.ffmpeg, job.format, options);
  const folder = await openParts(shardFolder(output, shard), {
    plan: planOf(options, job, encoder),
    ending: encoder.partContainer,
    resumes: options.resumes === true || shard.count > 1,
  });
  const before = await folder.parts();
  let doneFrames = framesIn(before);
  let isStopped = false;
  const losses: string[] = [];
  if (!(await folder.isComplete())) {
    const range = timeRangeOf(shard, job.durationSeconds);
    const doneSeconds = before.at(-1)?.lastSeconds ?? Number.NEGATIVE_INFINITY;
    const fps = options.fps ?? job.info.video.fps;
    const step = (options.every ?? 1) / (fps ?? 25);
    const video = await decodeVideo(job.ffmpeg, job.input, job.info, {
      ...options,
      ...(range.untilSeconds === undefined ? {} : { untilSeconds: range.untilSeconds }),
    });
    const timeOf = ({ ticks }: VideoFrame) => secondsOf(ticks, video.format.timeBase);
    const isWanted = (frame: VideoFrame) =>
      timeOf(frame) > doneSeconds && timeOf(frame) >= (range.fromSeconds ?? Number.NEGATIVE_INFINITY);
    const writer = new PartWriter(job.ffmpeg, encoder, folder, video.format, {
      keepsAlpha: job.format.keepsAlpha,
      compares: options.compares === true,
      partFrames,
      firstFrame: doneFrames,
      secondsPerFrame: step,
    });
    yield {
      type: 'started',
      width: writer.format.width,
      height: writer.format.height,
      fps: fps === null ? null : fps / (options.every ?? 1),
      expectedFrames: expectedFrames(job, step, shard),
      resumedFrames: doneFrames,
      encoder: encoder.name,
      remarks: [...folder.damage, ...job.remarks, ...writer.remarks],
    };
    try {
      const frames = withLead(video.frames, isWanted, WARM_UP_FRAMES);
      const isWarmUp = (frame: VideoFrame) => !isWanted(frame);
      for await (const frame of translateFrames(frames, video.format, { ...options, isWarmUp })) {
        const hasPart = await writer.write(frame);
        doneFrames++;
        yield { type: 'frame', doneFrames, instances: frame.instances.length };
        if (hasPart) yield { type: 'part', doneFrames };
        isStopped = options.signal?.aborted === true;
        if (isStopped) break;
      }
      await writer.finish(isStopped ? null : video.ending.endSeconds);
      if (!isStopped) await folder.complete();
      losses.push(...video.ending.remarks);
    } finally {
      await writer.abort();
      video.close();
      const isUnused = (await folder.parts()).length === 0 && !(await folder.isComplete());
      if (isUnused) await removeShard(output, shard);
    }
  }
  if (shard.count > 1) {
    yield { type: 'finished', output: null, doneFrames, isStopped, remarks: losses };
    return;
  }
  const parts = await folder.parts();
  if (parts.length === 0) {
    yield { type: 'finished', output: null, doneFrames, isStopped, remarks: losses };
    return;
  }
  const remarks = [...losses, ...(await join(job, options, parts, isStopped))];
  if (!isStopped) await removeShards(output);
  yield { type: 'finished', output, doneFrames: framesIn(parts), isStopped, remarks };
}

/**
 * Joins the finished shards of a video to one file and removes them.
 *
 * @param options as those of the shards
 * @throws UsageError, UserError if a shard is missing or damaged
 */
export async function joinShards(
  options: VideoJobOptions,
): Promise<{ readonly doneFrames: number; readonly remarks: readonly string[] }> {
  const job = await openVideoJob(options);
  const shards = await finishedShards(options.output);
  for (const { folder } of shards) {
    const [damaged] = await damagedParts(folder);
    if (damaged === undefined) continue;
    throw new UserError(
      `${damaged} or its part in ${folder} is damaged: remove complete.json there, run the shard again, then join.`,
    );
  }
  const parts = (await Promise.all(shards.map(({ folder }) => readParts(folder)))).flat();
  if (parts.length === 0) {
    throw new UserError(`The shards of ${options.output} hold no frame: check --start and --duration.`);
  }
  const remarks = await join(job, options, parts, false);
  await removeShards(options.output);
  return { doneFrames: framesIn(parts), remarks };
}

/** The frames wanted, with as many of those just before the first. */
async function* withLead(
  frames: AsyncIterable<VideoFrame>,
  isWanted: (frame: VideoFrame) => boolean,
  length: number,
): AsyncGenerator<VideoFrame, void, void> {
  const lead: VideoFrame[] = [];
  for await (const frame of frames) {
    lead.push(frame);
    if (isWanted(frame)) yield* lead.splice(0);
    else if (lead.length > length) lead.shift();
  }
}

function join(
  job: VideoJob,
  { output, startSeconds = 0, durationSeconds, crf }: VideoJobOptions,
  parts: readonly Part[],
  isStopped: boolean,
): Promise<readonly string[]> {
  const endSeconds = isStopped ? parts.at(-1)?.endSeconds : durationSeconds;
  return joinParts({ ...job, parts, output, startSeconds, endSeconds, crf });
}

/** All that decides what the parts hold. */
function planOf(options: TranslateVideoOptions, job: VideoJob, encoder: Encoder): Record<string, unknown> {
  const { startSeconds, durationSeconds, size, fps, every, compares, crf, maxInstances, tracking, blending } = options;
  const { region = 'image', background = 'translated', rimPx } = options;
  return {
    input: job.input.identity,
    model: options.modelIdentity ?? null,
    selection: [startSeconds ?? 0, durationSeconds ?? null, size ?? null, fps ?? null, every ?? 1],
    compare: compares === true,
    encoder: [encoder.name, encoder.pixelFormat, crf ?? null, encoder.partContainer],
    tracking: [maxInstances ?? null, tracking ?? null, blending ?? 0],
    regions: [region, background, rimPx ?? null],
  };
}

function expectedFrames({ durationSeconds }: VideoJob, secondsPerFrame: number, shard: Shard): number | null {
  return durationSeconds === null ? null : Math.max(1, Math.round(durationSeconds / secondsPerFrame / shard.count));
}

function framesIn(parts: readonly Part[]): number {
  return parts.reduce((sum, { frames }) => sum + frames, 0);
}
