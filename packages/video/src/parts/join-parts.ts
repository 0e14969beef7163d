import { rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { makeFolder } from '@instagan/core';
import { demuxerTimeBase, passthrough } from '../decode/decode-video.ts';
import { isEncodedLast, transparentVp9 } from '../encode/choose-encoder.ts';
import { failure } from '../encode/encode-frames.ts';
import { muxerOf, type OutputFormat, sideTracks } from '../encode/output-format.ts';
import { startFfmpeg } from '../ffmpeg/ffmpeg-process.ts';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { parseSequence } from '../ffmpeg/image-sequence.ts';
import { allTracksOpen, inputOnClock } from '../ffmpeg/input-clock.ts';
import type { MediaInput } from '../ffmpeg/media-input.ts';
import type { MediaInfo } from '../ffmpeg/probe-media.ts';
import type { Part } from './part-folder.ts';

export interface JoinOptions {
  readonly ffmpeg: Ffmpeg;
  readonly parts: readonly Part[];
  readonly format: OutputFormat;
  /** Final name. */
  readonly output: string;
  /** Where sound, subtitles, title and chapters come from. */
  readonly input: MediaInput;
  readonly info: MediaInfo;
  /** Where the stretch of the input begins that was translated. */
  readonly startSeconds: number;
  /** Where it ends, seconds after the start; undefined for all. */
  readonly endSeconds: number | undefined;
  /** Of what is encoded only now. */
  readonly crf: number | undefined;
}

/**
 * Joins parts to one file with the sound and subtitles of the input. The file gets its final name when it is whole;
 * pictures are written one by one.
 *
 * @returns what does not come along unchanged, a sentence each
 * @throws UserError if it cannot be written
 */
export async function joinParts(options: JoinOptions): Promise<readonly string[]> {
  const { ffmpeg, parts, format, output, input, info } = options;
  const isImages = format.container === 'images';
  // The ending stays: an image sequence is known by it.
  const unfinished = isImages
    ? parseSequence(output).pattern
    : join(dirname(resolve(output)), `.${basename(output, extname(output))}.unfinished${extname(output)}`);
  await makeFolder(dirname(resolve(output)));
  const { args: trackArgs, remarks } = sideTracks(format.container, info);
  const running = startFfmpeg(ffmpeg, [
    ...['-itsoffset', `${microseconds(parts[0]?.startSeconds ?? 0) / 1e6}`],
    ...['-f', 'concat', '-safe', '0', '-protocol_whitelist', 'file,pipe', '-i', 'pipe:0'],
    ...(trackArgs.length > 0 ? inputOnClock(input, info, options.startSeconds) : []),
    ...['-map', '0:v:0', ...trackArgs],
    ...(trackArgs.length > 0 ? ['-map_metadata', '1', '-map_chapters', '1'] : []),
    ...videoArguments(options),
    ...(trackArgs.length > 0 ? cutArguments(options) : []),
    ...['-f', muxerOf(format.container), '-y', `file:${unfinished}`],
    ...(trackArgs.length > 0 ? allTracksOpen(1, info) : []),
  ]);
  running.stdout.resume();
  running.stdin.end(concatList(parts));
  const end = await running.ended;
  if (end.exitCode !== 0) {
    if (!isImages) await rm(unfinished, { force: true });
    throw failure(output, end);
  }
  if (!isImages) await rename(unfinished, output);
  return remarks;
}

/** Cuts sound and subtitles to the stretch: what is copied by packets, of 21 ms each for most sound, and what is encoded by samples. */
function cutArguments({ format: { container }, info, startSeconds, endSeconds }: JoinOptions): string[] {
  const isMatroska = container === 'mkv' || container === 'webm';
  // Sound begins a little before 0, for its decoder to warm up. These have no times below 0, except for Opus: all would be moved.
  const isCut = startSeconds > 0 || (isMatroska && !info.audioCodecs.every((codec) => codec === 'opus'));
  return [
    ...(isCut ? ['-ss', '0'] : []),
    ...(isMatroska ? ['-avoid_negative_ts', 'disabled'] : []),
    ...(endSeconds === undefined ? [] : ['-t', endSeconds.toFixed(6)]),
  ];
}

function videoArguments({ format: { container, codec, keepsAlpha }, parts, crf, ffmpeg }: JoinOptions): string[] {
  if (container === 'gif') {
    // A palette for each frame: one for all would need all frames in memory.
    const palette = keepsAlpha ? 'palettegen=stats_mode=single' : 'palettegen=stats_mode=single:reserve_transparent=0';
    const filter = `split[a][b];[a]${palette}[p];[b][p]paletteuse=new=1:dither=sierra2_4a`;
    const { lastSeconds = 0, endSeconds = 0 } = parts.at(-1) ?? {};
    const finalDelay = `${Math.round((endSeconds - lastSeconds) * 100)}`;
    return ['-vf', filter, '-loop', '0', '-final_delay', finalDelay, ...exactTimes(ffmpeg)];
  }
  if (container === 'images') return ['-start_number', '1', '-q:v', '2', ...passthrough(ffmpeg)];
  if (isEncodedLast({ codec, keepsAlpha }))
    return [...transparentVp9(crf === undefined ? {} : { crf }), ...exactTimes(ffmpeg)];
  return ['-c:v', 'copy', ...(container === 'mp4' || container === 'mov' ? ['-movflags', '+faststart'] : [])];
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
