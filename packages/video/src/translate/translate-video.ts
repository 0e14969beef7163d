import {
  finishedShards,
  lockRun,
  partsFolder,
  removeShard,
  removeShards,
  type Shard,
  shardFolder,
  type Translator,
  UsageError,
  UserError,
} from '@instagan/core';
import type { SizePx } from '@instagan/core/data';
import { DamageError } from '../decode/damage-error.ts';
import { type DecodedVideo, decodeVideo } from '../decode/decode-video.ts';
import { chooseEncoder, type Encoder, type EncoderOptions } from '../encode/choose-encoder.ts';
import { secondsOf, type VideoFrame } from '../frame.ts';
import { joinParts } from '../parts/join-parts.ts';
import { damagedParts, openParts, type Part, type PartFolder, readParts, TRANSLATION } from '../parts/part-folder.ts';
import { timeRangeOf } from '../parts/shard-range.ts';
import { PartWriter } from './part-writer.ts';
import { type TranslateFramesOptions, translateFrames } from './translate-frames.ts';
import { openVideoJob, type VideoJob, type VideoJobOptions } from './video-job.ts';
import { optionsOfShards, planOf } from './video-plan.ts';
import type { VideoProgress } from './video-progress.ts';

export interface TranslateVideoOptions
  extends VideoJobOptions,
    EncoderOptions,
    Omit<TranslateFramesOptions, 'isWarmUp' | 'changesFrames'> {
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
  /** Refuses frames that cannot be translated, such as ones too large for the memory, before the first is. */
  readonly checkFits?: (frame: SizePx) => Promise<void>;
}

const WHOLE: Shard = { number: 1, count: 1 };
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
  const job = await openVideoJob(options);
  try {
    const { output, shard = WHOLE } = options;
    const encoder = await chooseEncoder(job.ffmpeg, job.format, options, options.size ?? job.info.video);
    const folder = await openParts(shardFolder(output, shard), {
      plan: planOf(options, job, encoder),
      ending: encoder.partContainer,
      resumes: options.resumes === true || shard.count > 1,
    });
    try {
      yield* translateParts(job, encoder, folder, options);
    } finally {
      const isUnused = (await folder.parts()).length === 0 && !(await folder.isComplete());
      if (isUnused) await removeShard(output, shard);
      await folder.close();
    }
  } finally {
    await job.input.close();
  }
}

async function* translateParts(
  job: VideoJob,
  encoder: Encoder,
  folder: PartFolder,
  options: TranslateVideoOptions,
): AsyncGenerator<VideoProgress, void, void> {
  const { output, shard = WHOLE, partFrames = DEFAULT_PART_FRAMES } = options;
  const before = await folder.parts();
  let doneFrames = framesIn(before);
  let isStopped = false;
  let damage: DamageError | null = null;
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
      // The next frame is blended with the one before.
      memory: (options.blending ?? 0) > 0 ? null : video.memory,
    });
    try {
      await options.checkFits?.(video.format);
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
      const frames = withLead(video, isWanted, WARM_UP_FRAMES);
      const isWarmUp = (frame: VideoFrame) => !isWanted(frame);
      try {
        const changesFrames = options.compares !== true;
        for await (const frame of translateFrames(frames, video.format, { ...options, isWarmUp, changesFrames })) {
          const hasPart = await writer.write(frame);
          doneFrames++;
          yield { type: 'frame', doneFrames, instances: frame.instances.length };
          if (hasPart) yield { type: 'part', doneFrames };
          isStopped = options.signal?.aborted === true;
          if (isStopped) break;
        }
      } catch (error) {
        // What comes before the damage is kept.
        if (!(error instanceof DamageError) || doneFrames === 0) throw error;
        damage = error;
      }
      const isWhole = !isStopped && damage === null;
      await writer.finish(isWhole ? video.ending.endSeconds : null);
      if (isWhole) await folder.complete();
      losses.push(...video.ending.remarks);
    } finally {
      await writer.abort();
      video.close();
    }
  }
  const parts = await folder.parts();
  const isJoined = shard.count === 1 && parts.length > 0;
  const isWhole = !isStopped && damage === null;
  if (isJoined) {
    losses.push(...(await join(job, options, parts, !isWhole)));
    if (isWhole) await removeShard(output, shard);
  }
  if (damage !== null) {
    const kept = isJoined ? `${output} holds` : `${folder.folder} keeps`;
    throw new UserError(
      `${damage.damage}: ${kept} what comes before; repair the file, or go on past the damage with --tolerate-damage --resume.`,
    );
  }
  yield { type: 'finished', output: isJoined ? output : null, doneFrames, isStopped, remarks: losses };
}

/**
 * Joins the finished shards of a video to one file and removes them.
 *
 * @param options what the shards were made with may be left out
 * @throws UsageError if the shards were not made alike, or from another video or with other options than given; UserError if a
 *   shard is missing or damaged
 */
export async function joinShards(
  options: VideoJobOptions,
): Promise<{ readonly doneFrames: number; readonly remarks: readonly string[] }> {
  const { output } = options;
  const shards = await finishedShards(output);
  for (const { folder } of shards) {
    const [damaged] = await damagedParts(folder);
    if (damaged === undefined) continue;
    throw new UserError(
      `${damaged} or its part in ${folder} is damaged: remove complete.json there, run the shard again, then join.`,
    );
  }
  const plan = shards[0]?.plan ?? {};
  const joined = optionsOfShards(plan, options);
  const lock = await lockRun(partsFolder(output), undefined, TRANSLATION);
  try {
    const job = await openVideoJob(joined);
    try {
      if ((plan.video ?? job.input.identity) !== job.input.identity) {
        throw new UsageError(
          `The shards of ${output} were not made from ${job.input.name}: name their video as --input.`,
        );
      }
      const parts = (await Promise.all(shards.map(({ folder }) => readParts(folder)))).flat();
      if (parts.length === 0) {
        throw new UserError(`The shards of ${output} hold no frame: check --start and --duration.`);
      }
      const losses = await join(job, joined, parts, false);
      await removeShards(output);
      return { doneFrames: framesIn(parts), remarks: [...job.remarks, ...losses] };
    } finally {
      await job.input.close();
    }
  } finally {
    await lock.release();
  }
}

/** The frames wanted, with as many of those just before the first. */
async function* withLead(
  { frames, memory }: Pick<DecodedVideo, 'frames' | 'memory'>,
  isWanted: (frame: VideoFrame) => boolean,
  length: number,
): AsyncGenerator<VideoFrame, void, void> {
  const lead: VideoFrame[] = [];
  for await (const frame of frames) {
    lead.push(frame);
    if (isWanted(frame)) yield* lead.splice(0);
    else if (lead.length > length) memory.giveBack((lead.shift() as VideoFrame).data);
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

function expectedFrames({ durationSeconds }: VideoJob, secondsPerFrame: number, shard: Shard): number | null {
  return durationSeconds === null ? null : Math.max(1, Math.round(durationSeconds / secondsPerFrame / shard.count));
}

function framesIn(parts: readonly Part[]): number {
  return parts.reduce((sum, { frames }) => sum + frames, 0);
}
