import { realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { partsFolder, UsageError, UserError } from '@instagan/core';
import { isFolder, isThere } from '@instagan/core/data';
import { conversionRemarks } from '../decode/decode-filters.ts';
import type { DecodeOptions } from '../decode/decode-video.ts';
import { type OutputFormat, type OutputFormatOptions, outputFormat } from '../encode/output-format.ts';
import { type SideTracks, sideTracks } from '../encode/side-tracks.ts';
import { type Ffmpeg, findFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { parseSequence, picturesOf } from '../ffmpeg/image-sequence.ts';
import { isStream, type MediaInput, openMediaInput } from '../ffmpeg/media-input.ts';
import { type MediaInfo, probeMedia } from '../ffmpeg/probe-media.ts';

/** What is read, what of it, and where it goes. */
export interface VideoJobOptions extends OutputFormatOptions, Omit<DecodeOptions, 'untilSeconds'> {
  /** A file, an image sequence such as `frames/%05d.png` or a folder of one, an http(s) URL, or `-` for standard input. */
  readonly input: string;
  /** A file, or an image sequence. */
  readonly output: string;
  /** Constant rate factor: lower is better and larger. @default depends on the codec, visually lossless for most */
  readonly crf?: number;
  /** Numbers of the sound tracks to keep, from 1 on. @default all */
  readonly audioTracks?: readonly number[];
  /** Replaces an output that is there. @default false */
  readonly overwrites?: boolean;
  /** Stops the translation; what is done by then becomes a whole, shorter file. */
  readonly signal?: AbortSignal;
}

/** A video that is about to be translated or joined. */
export interface VideoJob {
  readonly ffmpeg: Ffmpeg;
  readonly input: MediaInput;
  readonly info: MediaInfo;
  readonly format: OutputFormat;
  /** The length of what is taken of it; null if it is not known. */
  readonly durationSeconds: number | null;
  /** What is kept beside the pictures. */
  readonly sideTracks: SideTracks;
  /** What is lost on the way or assumed, a sentence each. */
  readonly remarks: readonly string[];
}

/**
 * Looks at the input and checks the output; nothing is written.
 *
 * @throws UsageError, UserError
 */
export async function openVideoJob(options: VideoJobOptions): Promise<VideoJob> {
  const { output, fps, signal } = options;
  if (options.durationSeconds !== undefined && options.durationSeconds <= 0) {
    throw new UsageError('--duration must be above 0: leave it out to take all.');
  }
  // What was typed wrong is said before anything is looked for.
  outputFormat(output, false, options);
  const ffmpeg = await findFfmpeg();
  // A stream may be long.
  if (await isStream(options.input)) await refusePlace([], options);
  const input = await openMediaInput(options.input, {
    ...(fps === undefined ? {} : { sequenceFps: fps }),
    ...(signal && { signal }),
  });
  try {
    return await jobOf(ffmpeg, input, options);
  } catch (error) {
    await input.close();
    throw error;
  }
}

async function jobOf(ffmpeg: Ffmpeg, input: MediaInput, options: VideoJobOptions): Promise<VideoJob> {
  const { output, startSeconds = 0, durationSeconds, fps, every = 1, audioTracks } = options;
  await refusePlace(input.pictures ?? (input.file === null ? [] : [input.file]), options);
  const info = await probeMedia(ffmpeg, input);
  const format = outputFormat(output, info.video.hasAlpha, options);
  const wholeSeconds = info.durationSeconds;
  if (wholeSeconds !== null && startSeconds >= wholeSeconds) {
    throw new UsageError(`--start ${startSeconds} lies behind the end of ${input.name} (${wholeSeconds} s).`);
  }
  const rest = wholeSeconds === null ? null : wholeSeconds - startSeconds;
  const kept = sideTracks(format.container, info, {
    ...{ startSeconds, keepsFrames: fps === undefined && every === 1 },
    ...(audioTracks && { audioTracks }),
  });
  return {
    ...{ ffmpeg, input, info, format, sideTracks: kept },
    durationSeconds: rest === null ? null : Math.min(rest, durationSeconds ?? rest),
    remarks: [...clockRemarks(input, info), ...conversionRemarks(info.video, options), ...kept.remarks],
  };
}

/** What a codec writes without a container, as ffmpeg names it. */
const BARE_STREAM = /^(h26[1345]|hevc|vvc|obu|mpegvideo|m4v|mjpeg|vc1|cavsvideo|dirac|dnxhd)$/;

function clockRemarks({ name }: MediaInput, { format }: MediaInfo): string[] {
  if (!BARE_STREAM.test(format)) return [];
  return [
    `${name} is a bare ${format} stream, which tells no times: they are guessed. To be sure, put it into an .mkv first (ffmpeg -framerate 25 -i …).`,
  ];
}

/**
 * Refuses to write where something is that must stay. What a stopped run left, beside its parts, may be replaced.
 *
 * @param inputs files that are read
 * @throws UsageError if the output is what is read, no regular file, or there already; UserError if its folder is missing
 */
async function refusePlace(
  inputs: readonly string[],
  { output, container, overwrites = false }: VideoJobOptions,
): Promise<void> {
  const isPictures = outputFormat(output, false, container === undefined ? {} : { container }).container === 'images';
  const there = isPictures
    ? (await picturesOf(parseSequence(output))).map(({ file }) => file)
    : (await isThere(output))
      ? [output]
      : [];
  const read = new Set(await Promise.all(inputs.map(realpathOf)));
  for (const file of there) {
    const found = await stat(file).catch(() => null);
    if (found?.isDirectory())
      throw new UsageError(`${file} is a folder: name a file, or pictures as in ${file}/%05d.png.`);
    if (found !== null && !found.isFile()) throw new UsageError(`${file} is no regular file: choose another --output.`);
    if (read.has(await realpathOf(file)))
      throw new UsageError(`--output would overwrite ${file}, which is read: choose another name.`);
  }
  const [first] = there;
  if (first !== undefined && !overwrites && !(await isThere(partsFolder(output)))) {
    throw new UsageError(`${first} is there already: choose another --output, or add --overwrite.`);
  }
  const folder = dirname(resolve(output));
  if (!isPictures && !(await isFolder(folder)))
    throw new UserError(`There is no folder ${folder} for the output: make it first.`);
}

async function realpathOf(file: string): Promise<string> {
  return realpath(file).catch(() => resolve(file));
}
