import { rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { makeFolder } from '@instagan/core';
import { demuxerTimeBase, passthrough } from '../decode/decode-video.ts';
import { isEncodedLast, transparentVp9 } from '../encode/choose-encoder.ts';
import { failure } from '../encode/encode-frames.ts';
import { muxerOf, type OutputFormat } from '../encode/output-format.ts';
import type { SideTracks } from '../encode/side-tracks.ts';
import { type FfmpegEnd, mainMessage, runFfmpeg, startFfmpeg } from '../ffmpeg/ffmpeg-process.ts';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { parseSequence } from '../ffmpeg/image-sequence.ts';
import { allTracksOpen, inputOnClock } from '../ffmpeg/input-clock.ts';
import type { MediaInput } from '../ffmpeg/media-input.ts';
import type { MediaInfo } from '../ffmpeg/probe-media.ts';
import { subtitleArguments } from './cut-subtitles.ts';
import type { Part } from './part-folder.ts';

export interface JoinOptions {
  readonly ffmpeg: Ffmpeg;
  readonly parts: readonly Part[];
  readonly format: OutputFormat;
  /** Final name. */
  readonly output: string;
  /** Where all but the pictures comes from. */
  readonly input: MediaInput;
  readonly info: MediaInfo;
  readonly sideTracks: SideTracks;
  /** Where the stretch of the input begins that was translated. */
  readonly startSeconds: number;
  /** Where it ends, seconds after the start; undefined for all. */
  readonly endSeconds: number | undefined;
  /** Of what is encoded only now. */
  readonly crf: number | undefined;
}

/**
 * Joins parts to one file with the sound and all else that is kept of the input. The file gets its final name when it is
 * whole; pictures are written one by one. If ffmpeg cannot write all that is to be kept, it writes the essential.
 *
 * @returns what is not kept against expectation, a sentence each
 * @throws UserError if it cannot be written
 */
export async function joinParts(options: JoinOptions): Promise<readonly string[]> {
  const { output, format, sideTracks } = options;
  const isImages = format.container === 'images';
  // The ending stays: an image sequence is known by it.
  const unfinished = isImages
    ? parseSequence(output).pattern
    : join(dirname(resolve(output)), `.${basename(output, extname(output))}.unfinished${extname(output)}`);
  await makeFolder(dirname(resolve(output)));
  const end = await write(options, unfinished);
  const { essential } = sideTracks;
  const isSaved =
    end.exitCode === 0 ||
    (essential !== null && (await write({ ...options, sideTracks: essential }, unfinished)).exitCode === 0);
  if (!isSaved) {
    if (!isImages) await rm(unfinished, { force: true });
    throw failure(output, end);
  }
  if (!isImages) await rename(unfinished, output);
  if (end.exitCode === 0) return [];
  return [`Not kept: further pictures, cover and attached files, which ffmpeg cannot copy (${mainMessage(end)}).`];
}

async function write(options: JoinOptions, file: string): Promise<FfmpegEnd> {
  const { ffmpeg, parts, format, input, info, sideTracks } = options;
  const { args, timelessArgs } = sideTracks;
  const cover = await extractCover(options);
  const subtitles = await subtitleArguments(options, timelessArgs.length > 0 ? 3 : 2);
  const running = startFfmpeg(ffmpeg, [
    ...['-itsoffset', `${microseconds(parts[0]?.startSeconds ?? 0) / 1e6}`],
    ...['-f', 'concat', '-safe', '0', '-protocol_whitelist', 'file,pipe', '-i', 'pipe:0'],
    ...(args.length > 0 ? inputOnClock(input, info, options.startSeconds) : []),
    ...(timelessArgs.length > 0 ? input.args : []),
    ...subtitles.inputs,
    ...['-map', '0:v:0', ...videoArguments(options), ...args, ...subtitles.args, ...timelessArgs, ...cover],
    ...(args.length > 0 ? cutArguments(options) : []),
    ...['-f', muxerOf(format.container), '-y', `file:${file}`],
    ...([...args, ...subtitles.args].includes('-map') ? allTracksOpen(1, info) : []),
  ]);
  running.stdout.resume();
  running.stdin.end(concatList(parts));
  return running.ended;
}

/** Writes the cover to a file beside the parts. @returns arguments that attach it; empty if there is none that can be read */
async function extractCover({ ffmpeg, input, parts, sideTracks }: JoinOptions): Promise<string[]> {
  const { attachedCover } = sideTracks;
  const [first] = parts;
  if (attachedCover === null || first === undefined) return [];
  const ending = attachedCover.codec === 'mjpeg' ? 'jpg' : attachedCover.codec;
  const file = join(dirname(first.file), `cover.${ending}`);
  const copy = ['-map', `0:${attachedCover.index}`, '-c', 'copy', '-frames:v', '1', '-f', 'image2', '-update', '1'];
  const end = await runFfmpeg(ffmpeg, [...input.args, ...copy, '-y', `file:${file}`]);
  if (end.exitCode !== 0) return [];
  const type = `mimetype=image/${ending === 'jpg' ? 'jpeg' : ending}`;
  return ['-attach', file, '-metadata:s:t', type, '-metadata:s:t', `filename=cover.${ending}`];
}

/** Cuts sound and subtitles to the stretch: what is copied by packets, of 21 ms each for most sound, and what is encoded by samples. */
function cutArguments({ format: { container }, info, startSeconds, endSeconds }: JoinOptions): string[] {
  const isMatroska = container === 'mkv' || container === 'webm';
  // Sound begins a little before 0, for its decoder to warm up. These have no times below 0, except for Opus: all would be moved.
  const isCut =
    startSeconds > 0 || (isMatroska && info.tracks.some(({ kind, codec }) => kind === 'audio' && codec !== 'opus'));
  return [
    ...(isCut ? ['-ss', '0'] : []),
    ...(isMatroska ? ['-avoid_negative_ts', 'disabled'] : []),
    ...(endSeconds === undefined ? [] : ['-t', endSeconds.toFixed(6)]),
  ];
}

function videoArguments(options: JoinOptions): string[] {
  const { format, parts, output, crf, ffmpeg } = options;
  const { container, codec, keepsAlpha } = format;
  if (container === 'gif') {
    // A palette for each frame: one for all would need all frames in memory.
    const palette = keepsAlpha ? 'palettegen=stats_mode=single' : 'palettegen=stats_mode=single:reserve_transparent=0';
    const filter = `split[a][b];[a]${palette}[p];[b][p]paletteuse=new=1:dither=sierra2_4a`;
    const { lastSeconds = 0, endSeconds = 0 } = parts.at(-1) ?? {};
    const finalDelay = `${Math.round((endSeconds - lastSeconds) * 100)}`;
    return ['-filter:v:0', filter, '-loop', '0', '-final_delay', finalDelay, ...exactTimes(ffmpeg)];
  }
  if (container === 'images') return ['-start_number', '1', ...pictureQuality(output), ...passthrough(ffmpeg)];
  if (isEncodedLast({ codec, keepsAlpha }))
    return [...transparentVp9(crf === undefined ? {} : { crf }), ...exactTimes(ffmpeg)];
  return [
    '-c:v:0',
    'copy',
    ...(container === 'mp4' || container === 'mov' ? ['-movflags', '+faststart+write_colr'] : []),
  ];
}

/** The scale of JPEG begins at the best, 2; lossy WebP halves the colours, and its scale has 2 near the worst. */
function pictureQuality(output: string): string[] {
  return /\.webp$/i.test(output) ? ['-c:v', 'libwebp', '-lossless', '1'] : ['-q:v', '2'];
}

/** Frames come at their own times, not at those of an even rate. */
function exactTimes(ffmpeg: Ffmpeg): string[] {
  return [...passthrough(ffmpeg), '-enc_time_base', demuxerTimeBase(ffmpeg)];
}

/**
 * The script of ffmpeg's concat demuxer. Durations are differences of rounded starts, so that rounding does not add up over
 * many parts.
 */
function concatList(parts: readonly Part[]): string {
  const lines = ['ffconcat version 1.0'];
  for (const [i, { file, startSeconds, lastSeconds, endSeconds }] of parts.entries()) {
    lines.push(`file '${`file:${resolve(file)}`.replaceAll("'", "'\\''")}'`);
    // The frame at the end is there twice; half-way to its repetition no container's rounding matters.
    lines.push(`outpoint ${microseconds((lastSeconds + endSeconds) / 2 - startSeconds) / 1e6}`);
    const next = parts[i + 1];
    if (next === undefined) continue;
    lines.push(`duration ${(microseconds(next.startSeconds) - microseconds(startSeconds)) / 1e6}`);
  }
  return `${lines.join('\n')}\n`;
}

function microseconds(seconds: number): number {
  return Math.round(seconds * 1e6);
}
