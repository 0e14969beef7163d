import { open } from 'node:fs/promises';
import { UserError } from '@instagan/core';
import { type FfmpegEnd, type FfmpegProcess, mainMessage, runFfmpeg, startFfmpeg } from '../ffmpeg/ffmpeg-process.ts';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { allTracksOpen, inputOnClock } from '../ffmpeg/input-clock.ts';
import { type MediaInput, rateText } from '../ffmpeg/media-input.ts';
import type { MediaInfo } from '../ffmpeg/probe-media.ts';
import { scanTracks, type TrackScan } from '../ffmpeg/scan-tracks.ts';
import { openWidePipe } from '../ffmpeg/wide-pipe.ts';
import { type FrameFormat, secondsOf, type VideoFrame } from '../frame.ts';
import { FrameMemory } from '../frame-memory.ts';
import { bytesOf } from '../nut/byte-source.ts';
import { NutReader } from '../nut/nut-reader.ts';
import { DamageError } from './damage-error.ts';
import { CLOCK_ROUNDING_SECONDS, decodeFilters, type FrameSelection, requireToneMapping } from './decode-filters.ts';
import { FrameCount } from './frame-count.ts';

export interface DecodeOptions extends FrameSelection {
  /** Where to begin in the video. @default 0 */
  readonly startSeconds?: number;
  /** How much of it to take. @default all */
  readonly durationSeconds?: number;
  /** Only frames shown before this time after the start: where the next shard begins. @default all */
  readonly untilSeconds?: number;
  /** Goes on past what is damaged or missing in the file. @default false */
  readonly toleratesDamage?: boolean;
}

/** A video as frames. */
export interface DecodedVideo {
  readonly format: FrameFormat;
  /**
   * In the order in which they are shown; read once. Decoding goes no further ahead than a frame.
   *
   * @throws DamageError from the iterator as soon as the file turns out to be damaged, UserError if frames are lost on the way
   */
  readonly frames: AsyncIterable<VideoFrame>;
  /** Where the pixels of frames lie: what of them is given back, once nothing reads it any more, is used for later ones. */
  readonly memory: FrameMemory;
  /** What is known once all frames are read. */
  readonly ending: VideoEnding;
  /** Ends ffmpeg; harmless if it has ended. */
  close(): void;
}

/** What is known of a video once all its frames are read. */
export interface VideoEnding {
  /** Until when the last frame is shown, in seconds after the start; null if that is not known. */
  endSeconds: number | null;
  /** What is missing, a sentence each. */
  remarks: readonly string[];
}

/** What ffmpeg says when it meets damage, in contrast to oddities that it copes with. */
const DAMAGE =
  /invalid data|invalid nal|partial file|corrupt|truncat|premature|error while decoding|error submitting|concealing|decode_slice|moov atom|input\/output error|missing picture|damaged/i;

/** Of these, what says that the file ends before its time. Those who read packets also tell of damage within. */
const CUT_SHORT = /partial file|truncat|premature|input\/output error/i;

/** A video may end this much before its header says, as a share and in seconds: sound often goes on for a little. */
const SHORTFALL_SHARE = 0.1;
const SHORTFALL_SECONDS = 1;

/**
 * Decodes the picture track of a video to 8-bit frames, turned upright if the file says so. Their times are exact, on the clock
 * that the picture shares with sound and subtitles: 0 is the start, which is where the first track begins if none is given.
 *
 * @throws UserError if the video cannot be decoded, is cut short, or has no frame in what is selected
 */
export async function decodeVideo(
  ffmpeg: Ffmpeg,
  input: MediaInput,
  info: MediaInfo,
  options: DecodeOptions = {},
): Promise<DecodedVideo> {
  if (info.video.hdr !== null) await requireToneMapping(ffmpeg, input.name);
  // A video on the web would be downloaded twice.
  const scan = input.file === null ? null : await scanTracks(ffmpeg, input, info);
  const toleratesDamage = options.toleratesDamage === true;
  if (scan !== null && !toleratesDamage) await refuseShortfall(scan, input, info);
  const isDoubtful = !toleratesDamage && scan?.hasDoubtfulPackets === true;
  const endsAtDamage = !toleratesDamage && !(isDoubtful && (await decodesWell(ffmpeg, input, info)));
  const context: Context = { input, info, options, scan, endsAtDamage };
  const pipe = await openWidePipe();
  const running = startFfmpeg(ffmpeg, decodeArguments(ffmpeg, context), 'verbose', pipe);
  running.stdin.end();
  const memory = new FrameMemory();
  const reader = new NutReader(pipe?.output ?? bytesOf(running.stdout), memory);
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
  const ending: VideoEnding = { endSeconds: null, remarks: [] };
  return {
    format,
    frames: readFrames(reader, format, running, context, ending),
    memory,
    ending,
    close: () => running.kill(),
  };
}

interface Context {
  readonly input: MediaInput;
  readonly info: MediaInfo;
  readonly options: DecodeOptions;
  /** Null for what is no file. */
  readonly scan: TrackScan | null;
  /** Whether the decoder ends at the first damage. */
  readonly endsAtDamage: boolean;
}

/** Whether all pictures can be decoded, although the packets of some look incomplete. */
async function decodesWell(ffmpeg: Ffmpeg, input: MediaInput, { video }: MediaInfo): Promise<boolean> {
  const end = await runFfmpeg(ffmpeg, ['-nostdin', ...input.args, '-map', `0:${video.track}`, '-f', 'null', '-']);
  return end.exitCode === 0 && !end.messages.some((line) => DAMAGE.test(line));
}

async function* readFrames(
  reader: NutReader,
  format: FrameFormat,
  running: FfmpegProcess,
  context: Context,
  ending: VideoEnding,
): AsyncGenerator<VideoFrame, void, void> {
  const { durationSeconds = Number.POSITIVE_INFINITY, untilSeconds = Number.POSITIVE_INFINITY } = context.options;
  const { input, info, options, scan } = context;
  const count = new FrameCount(input, info, options);
  let lastTicks = Number.NEGATIVE_INFINITY;
  let index = 0;
  try {
    for (;;) {
      const frame = await reader.frame().catch((error: unknown) => {
        throw unreadable(input, error);
      });
      if (frame === null) break;
      const seconds = secondsOf(frame.ticks, format.timeBase);
      if (seconds >= durationSeconds - CLOCK_ROUNDING_SECONDS || seconds >= untilSeconds) {
        ending.endSeconds = Math.min(seconds, durationSeconds);
        ending.remarks = scan === null ? [] : count.remarks(scan, Math.min(durationSeconds, untilSeconds));
        return;
      }
      count.add(seconds);
      lastTicks = frame.ticks;
      yield { index: index++, ticks: lastTicks, data: frame.data };
    }
    const end = await running.ended;
    if (options.toleratesDamage !== true) refuseDamage(end, secondsOf(lastTicks, format.timeBase), input);
    count.requireDecoded(end);
    ending.endSeconds = endOfPictures(context);
    ending.remarks = scan === null ? [] : count.remarks(scan, Number.POSITIVE_INFINITY);
  } finally {
    running.kill();
  }
}

/** When the last picture ends, after the start; null if that is not known. */
function endOfPictures({ input, info, options, scan }: Context): number | null {
  const { startSeconds = 0, durationSeconds = Number.POSITIVE_INFINITY, fps } = options;
  const sequenceSeconds = (input.pictures?.length ?? 0) / (info.video.fps ?? Number.POSITIVE_INFINITY);
  // With a rate every frame lasts as long as the others.
  const fileSeconds = fps === undefined ? (scan?.pictureEndSeconds ?? null) : null;
  const wholeSeconds = sequenceSeconds > 0 ? sequenceSeconds : fileSeconds;
  return wholeSeconds === null ? null : Math.min(wholeSeconds - startSeconds, durationSeconds);
}

/** @throws DamageError if the decoder met damage */
function refuseDamage(end: Pick<FfmpegEnd, 'exitCode' | 'messages'>, lastSeconds: number, input: MediaInput): void {
  const damage = end.messages.find((line) => DAMAGE.test(line));
  if (end.exitCode === 0 && damage === undefined) return;
  const { exitCode } = end;
  const reason = mainMessage({ exitCode, messages: damage === undefined ? end.messages : [damage] });
  throw new DamageError(`${input.name} is damaged near ${lastSeconds.toFixed(1)} s (${reason})`);
}

/** @throws DamageError if a file ends, with all its tracks, long before its header says */
async function refuseShortfall(scan: TrackScan, input: MediaInput, info: MediaInfo): Promise<void> {
  const { originSeconds, durationSeconds, video } = info;
  const messages = scan.end.messages.filter((line) => CUT_SHORT.test(line));
  refuseDamage({ exitCode: 0, messages }, scan.endSeconds, input);
  if (video.codec === 'gif' && input.file !== null && !(await endsAsGif(input.file))) {
    throw new DamageError(`${input.name} is cut short near ${scan.endSeconds.toFixed(1)} s`);
  }
  if (durationSeconds === null) return;
  // Some headers give the end on the clock of the file.
  const shortfall = durationSeconds - scan.endSeconds - Math.max(0, originSeconds);
  if (shortfall <= Math.max(SHORTFALL_SECONDS, SHORTFALL_SHARE * durationSeconds)) return;
  const found = `${scan.endSeconds.toFixed(1)} of ${durationSeconds.toFixed(1)} s`;
  throw new DamageError(`${input.name} is cut short: only ${found} can be read`);
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

function decodeArguments(ffmpeg: Ffmpeg, { input, info, options, scan, endsAtDamage }: Context): string[] {
  const { startSeconds = 0, fps } = options;
  const { video } = info;
  const args = ['-nostdin'];
  if (endsAtDamage) args.push(...endingAtDamage(ffmpeg));
  // ffmpeg's own decoders of these leave the alpha channel out.
  if (video.hasAlpha && /^vp[89]$/.test(video.codec))
    args.push('-c:v', video.codec === 'vp9' ? 'libvpx-vp9' : 'libvpx');
  // Where the pixel format or the size changes, filters that begin anew would count frames anew; those below take any.
  if (video.hdr === null && options.deinterlaces !== true) args.push('-reinit_filter:v', '0');
  args.push(...inputOnClock(input, info, startSeconds), '-map', `0:${video.track}`, '-an', '-sn', '-dn');
  const fromSeconds = firstFrameSeconds(options, info, scan);
  args.push('-vf', decodeFilters(video, options, fromSeconds), ...passthrough(ffmpeg));
  args.push('-enc_time_base', fps === undefined ? demuxerTimeBase(ffmpeg) : inverse(rateText(fps)));
  args.push('-c:v', 'rawvideo', '-f', 'nut', 'pipe:1');
  return [...args, ...allTracksOpen(0, info)];
}

/** It ends at the first damage, when all frames before it are written; the decoders of early builds of ffmpeg 4 must be told to notice. */
function endingAtDamage({ codecMajor }: Ffmpeg): string[] {
  return codecMajor < 59 ? ['-xerror', '-err_detect', 'explode'] : ['-xerror'];
}

/**
 * From when on frames are wanted, after the start: null for all, below 0 for the time of the frame that is shown at the start, if it stays for longer
 * than a usual one. Else the picture would begin late.
 */
function firstFrameSeconds(
  { startSeconds = 0, fps }: DecodeOptions,
  { video }: MediaInfo,
  scan: TrackScan | null,
): number | null {
  if (startSeconds === 0) return null;
  if (scan === null || fps !== undefined) return 0;
  const { pictureSeconds, pictureEndSeconds } = scan;
  const next = pictureSeconds.findIndex((seconds) => seconds >= startSeconds - CLOCK_ROUNDING_SECONDS);
  const shown = next < 0 ? pictureSeconds.at(-1) : pictureSeconds[next - 1];
  const nextSeconds = pictureSeconds[next] ?? pictureEndSeconds ?? startSeconds;
  const isLong = nextSeconds - startSeconds > 1 / (video.fps ?? 25) + CLOCK_ROUNDING_SECONDS;
  return isLong && shown !== undefined ? shown - startSeconds : 0;
}

/** The time of a frame, exact, from the text of a rate such as `30000/1001` or `12.5`. */
function inverse(rate: string): string {
  const [frames = '1', seconds = '1'] = rate.split('/');
  const scale = 10 ** (frames.split('.')[1]?.length ?? 0);
  return `${Number(seconds) * scale}/${Math.round(Number(frames) * scale)}`;
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
