import { open } from 'node:fs/promises';
import { UserError } from '@instagan/core';
import { type FfmpegEnd, type FfmpegProcess, mainMessage, startFfmpeg } from '../ffmpeg/ffmpeg-process.ts';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { type MediaInput, rateText } from '../ffmpeg/media-input.ts';
import type { MediaInfo, VideoTrack } from '../ffmpeg/probe-media.ts';
import { type FrameFormat, secondsOf, type VideoFrame } from '../frame.ts';
import { NutReader } from '../nut/nut-reader.ts';
import { decodeFilters, type FrameSelection, requireToneMapping } from './decode-filters.ts';

export interface DecodeOptions extends FrameSelection {
  /** Where to begin in the video. @default 0 */
  readonly startSeconds?: number;
  /** How much of it to take. @default all */
  readonly durationSeconds?: number;
  /** Goes on past what is damaged or missing in the file. @default false */
  readonly toleratesDamage?: boolean;
}

/** A video as frames. */
export interface DecodedVideo {
  readonly format: FrameFormat;
  /**
   * In the order in which they are shown; read once. Decoding goes no further ahead than a frame.
   *
   * @throws UserError from the iterator if the file is damaged or cut short
   */
  readonly frames: AsyncIterable<VideoFrame>;
  /** Ends ffmpeg; harmless if it has ended. */
  close(): void;
}

/** What ffmpeg says when it meets damage, in contrast to oddities that it copes with. */
const DAMAGE =
  /invalid data|invalid nal|partial file|corrupt|truncat|premature|error while decoding|error submitting|concealing|decode_slice|moov atom|input\/output error|missing picture|damaged/i;

/** A video may end this much before its header says, as a share and in seconds: sound often goes on for a little. */
const SHORTFALL_SHARE = 0.1;
const SHORTFALL_SECONDS = 1;

/**
 * Decodes the picture track of a video to 8-bit frames, turned upright if the file says so, with exact timestamps.
 *
 * @throws UserError if the video cannot be decoded or has no frame in what is selected
 */
export async function decodeVideo(
  ffmpeg: Ffmpeg,
  input: MediaInput,
  info: MediaInfo,
  options: DecodeOptions = {},
): Promise<DecodedVideo> {
  if (info.video.hdr !== null) await requireToneMapping(ffmpeg, input.name);
  const running = startFfmpeg(ffmpeg, decodeArguments(ffmpeg, input, info.video, options));
  running.stdin.end();
  const reader = new NutReader(running.stdout);
  let format: FrameFormat | null;
  try {
    format = await reader.format();
  } catch (error) {
    running.kill();
    throw unreadable(input, error);
  }
  if (format === null) {
    const end = await running.ended;
    const hasDamage = end.exitCode !== 0 || end.messages.some((line) => DAMAGE.test(line));
    const reason = hasDamage ? `cannot be decoded: ${mainMessage(end)}` : 'has no frame in what is to be translated';
    throw new UserError(`${input.name} ${reason}; check the file${hasDamage ? '' : ', --start and --duration'}.`);
  }
  return {
    format,
    frames: readFrames(reader, format, running, { input, info, options }),
    close: () => running.kill(),
  };
}

interface Context {
  readonly input: MediaInput;
  readonly info: MediaInfo;
  readonly options: DecodeOptions;
}

async function* readFrames(
  reader: NutReader,
  format: FrameFormat,
  running: FfmpegProcess,
  context: Context,
): AsyncGenerator<VideoFrame, void, void> {
  let lastTicks = Number.NEGATIVE_INFINITY;
  let index = 0;
  try {
    for (;;) {
      const frame = await reader.frame().catch((error: unknown) => {
        throw unreadable(context.input, error);
      });
      if (frame === null) break;
      // Two frames at one time, as in some broken files: the second is shown, as players do, a tick later.
      const ticks = Math.max(frame.ticks, lastTicks + 1);
      lastTicks = ticks;
      yield { index: index++, ticks, data: frame.data };
    }
    const end = await running.ended;
    refuseLoss(index, context);
    await refuseDamage(end, secondsOf(lastTicks, format.timeBase), context);
  } finally {
    running.kill();
  }
}

/** @throws UserError if not all pictures of a sequence came out */
function refuseLoss(frames: number, { input, options }: Context): void {
  const { startSeconds = 0, durationSeconds, untilSeconds, every = 1, toleratesDamage } = options;
  const isAll = startSeconds === 0 && durationSeconds === undefined && untilSeconds === undefined;
  if (input.pictures === null || !isAll || toleratesDamage === true) return;
  const expected = Math.ceil(input.pictures.length / every);
  if (frames === expected) return;
  throw new UserError(
    `${input.name}: ${frames} of ${expected} pictures can be decoded; check the one after, or go on with --tolerate-damage.`,
  );
}

/** @throws UserError if the decoder met damage, or the video ended long before its header says */
async function refuseDamage(end: FfmpegEnd, lastSeconds: number, { input, info, options }: Context): Promise<void> {
  if (options.toleratesDamage) return;
  const fix = 'repair the file, or go on past the damage with --tolerate-damage';
  const damage = end.messages.find((line) => DAMAGE.test(line));
  if (end.exitCode !== 0 || damage !== undefined) {
    const reason = mainMessage(damage === undefined ? end : { ...end, messages: [damage] });
    throw new UserError(`${input.name} is damaged near ${lastSeconds.toFixed(1)} s (${reason}): ${fix}.`);
  }
  const { durationSeconds, video } = info;
  if (video.codec === 'gif' && input.file !== null && !(await endsAsGif(input.file))) {
    throw new UserError(`${input.name} is cut short near ${lastSeconds.toFixed(1)} s: ${fix}.`);
  }
  if (durationSeconds === null || options.untilSeconds !== undefined) return;
  const wholeSeconds = durationSeconds - (options.startSeconds ?? 0);
  const expectedSeconds = Math.min(wholeSeconds, options.durationSeconds ?? Number.POSITIVE_INFINITY);
  const shortfall = expectedSeconds - lastSeconds - (options.every ?? 1) / (options.fps ?? video.fps ?? 25);
  if (shortfall <= Math.max(SHORTFALL_SECONDS, SHORTFALL_SHARE * expectedSeconds)) return;
  const found = `${lastSeconds.toFixed(1)} of ${expectedSeconds.toFixed(1)} s`;
  throw new UserError(`${input.name} is cut short: only ${found} can be decoded; ${fix}.`);
}

/** ffmpeg takes the end of a GIF wherever the file ends, but a whole one says so. */
async function endsAsGif(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(16, size));
    await handle.read(tail, 0, tail.length, size - tail.length);
    return tail.toString('latin1').replace(/\0+$/, '').endsWith(';');
  } finally {
    await handle.close();
  }
}

function decodeArguments(ffmpeg: Ffmpeg, input: MediaInput, track: VideoTrack, options: DecodeOptions): string[] {
  const { startSeconds = 0, durationSeconds, fps } = options;
  const args = ['-nostdin'];
  if (startSeconds > 0) args.push('-ss', `${startSeconds}`);
  if (durationSeconds !== undefined) args.push('-t', `${durationSeconds}`);
  // ffmpeg's own decoders of these leave the alpha channel out.
  if (track.hasAlpha && /^vp[89]$/.test(track.codec))
    args.push('-c:v', track.codec === 'vp9' ? 'libvpx-vp9' : 'libvpx');
  args.push(...input.args, '-map', '0:V:0', '-an', '-sn', '-dn');
  args.push('-vf', decodeFilters(track, options), ...passthrough(ffmpeg));
  args.push('-enc_time_base', fps === undefined ? demuxerTimeBase(ffmpeg) : inverse(rateText(fps)));
  args.push('-c:v', 'rawvideo', '-f', 'nut', 'pipe:1');
  return args;
}

/** The time of a frame, from the text of a rate. */
function inverse(rate: string): string {
  const [frames = '1', seconds = '1'] = rate.split('/');
  return rate.includes('/') ? `${seconds}/${frames}` : `${1 / Number(rate)}`;
}

/** Frames pass as they come: none is repeated or dropped to make their rate even. */
export function passthrough({ codecMajor }: Ffmpeg): string[] {
  return codecMajor >= 60 ? ['-fps_mode', 'passthrough'] : ['-vsync', '0'];
}

/** The value of `-enc_time_base` for the time base of the input. */
export function demuxerTimeBase({ codecMajor }: Ffmpeg): string {
  return codecMajor >= 61 ? 'demux' : '-1';
}

function unreadable(input: MediaInput, error: unknown): UserError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UserError(`${input.name} cannot be decoded: ${reason}; check the file.`);
}
