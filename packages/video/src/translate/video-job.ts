import { realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError, UserError } from '@instagan/core';
import { conversionRemarks } from '../decode/decode-filters.ts';
import type { DecodeOptions } from '../decode/decode-video.ts';
import { type OutputFormat, type OutputFormatOptions, outputFormat } from '../encode/output-format.ts';
import { type Ffmpeg, findFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { type MediaInput, openMediaInput } from '../ffmpeg/media-input.ts';
import { type MediaInfo, probeMedia } from '../ffmpeg/probe-media.ts';

/** What is read, what of it, and where it goes. */
export interface VideoJobOptions extends OutputFormatOptions, Omit<DecodeOptions, 'untilSeconds'> {
  /** A file, an image sequence such as `frames/%05d.png`, or an http(s) URL. */
  readonly input: string;
  /** A file, or an image sequence. */
  readonly output: string;
  /** Constant rate factor: lower is better and larger. @default depends on the codec, visually lossless for most */
  readonly crf?: number;
}

/** A video that is about to be translated or joined. */
export interface VideoJob {
  readonly ffmpeg: Ffmpeg;
  readonly input: MediaInput;
  readonly info: MediaInfo;
  readonly format: OutputFormat;
  /** The length of what is taken of it; null if it is not known. */
  readonly durationSeconds: number | null;
  /** What is lost on the way, a sentence each. */
  readonly remarks: readonly string[];
}

/**
 * Looks at the input and checks the output; nothing is written.
 *
 * @throws UsageError, UserError
 */
export async function openVideoJob(options: VideoJobOptions): Promise<VideoJob> {
  const { output, startSeconds = 0, fps } = options;
  // What was typed wrong is said before anything is looked for.
  outputFormat(output, false, options);
  const ffmpeg = await findFfmpeg();
  const input = await openMediaInput(options.input, fps === undefined ? {} : { sequenceFps: fps });
  await refusePlace(input, output);
  const info = await probeMedia(ffmpeg, input);
  const format = outputFormat(output, info.video.hasAlpha, options);
  const wholeSeconds = info.durationSeconds;
  if (wholeSeconds !== null && startSeconds >= wholeSeconds) {
    throw new UsageError(`--start ${startSeconds} lies behind the end of ${input.name} (${wholeSeconds} s).`);
  }
  const rest = wholeSeconds === null ? null : wholeSeconds - startSeconds;
  const { durationSeconds } = options;
  return {
    ffmpeg,
    input,
    info,
    format,
    durationSeconds: rest === null ? null : Math.min(rest, durationSeconds ?? rest),
    remarks: conversionRemarks(info.video),
  };
}

/** @throws UsageError if the output is what is read, or a folder; UserError if its folder is missing */
async function refusePlace(input: MediaInput, output: string): Promise<void> {
  const found = await stat(output).catch(() => null);
  if (found?.isDirectory())
    throw new UsageError(`${output} is a folder: name a file, or pictures as in ${output}/%05d.png.`);
  if (input.file !== null && found !== null && (await realpath(input.file)) === (await realpath(output))) {
    throw new UsageError(`--output would overwrite ${input.name}, which is read: choose another name.`);
  }
  if (input.file === null && resolve(input.name) === resolve(output)) {
    throw new UsageError(`--output would overwrite ${input.name}, which is read: choose another name.`);
  }
  const folder = dirname(resolve(output));
  const isThere = (await stat(folder).catch(() => null))?.isDirectory() ?? false;
  if (!isThere && !output.includes('%'))
    throw new UserError(`There is no folder ${folder} for the output: make it first.`);
}
