import { extname } from 'node:path';
import { UsageError } from '@instagan/core';
import { isSequence } from '../ffmpeg/image-sequence.ts';
import type { MediaInfo } from '../ffmpeg/probe-media.ts';

export const CODECS = ['h264', 'hevc', 'vp9', 'av1', 'prores', 'ffv1'] as const;
export type CodecName = (typeof CODECS)[number];

export const CONTAINERS = ['mp4', 'mov', 'mkv', 'webm', 'gif', 'images'] as const;
export type ContainerName = (typeof CONTAINERS)[number];

/** What is written and how. */
export interface OutputFormat {
  readonly container: ContainerName;
  /** Null for GIFs and image sequences, which have their own. */
  readonly codec: CodecName | null;
  /** Whether transparent parts stay transparent. */
  readonly keepsAlpha: boolean;
}

export interface OutputFormatOptions {
  readonly container?: ContainerName;
  readonly codec?: CodecName;
}

interface Container {
  /** As ffmpeg names it. */
  readonly muxer: string;
  /** The first one is the default. */
  readonly codecs: readonly CodecName[];
  /** Codecs of sound that can be copied into it; null for all. */
  readonly audio: RegExp | null;
  /** Encoder for other sound; null for a silent format. */
  readonly audioEncoder: string | null;
  /** Encoder for text subtitles; null if there can be none. */
  readonly textSubtitles: string | null;
  /** Codecs of subtitles that can be copied into it. */
  readonly subtitles: RegExp;
}

const NOTHING = /^$/;

const CONTAINER_FACTS: Readonly<Record<ContainerName, Container>> = {
  mp4: {
    muxer: 'mp4',
    codecs: ['h264', 'hevc', 'av1', 'vp9'],
    audio: /^(aac|mp3|ac3|eac3|alac)$/,
    audioEncoder: 'aac',
    textSubtitles: 'mov_text',
    subtitles: /^mov_text$/,
  },
  mov: {
    muxer: 'mov',
    codecs: ['h264', 'hevc', 'prores'],
    audio: /^(aac|mp3|ac3|eac3|alac|pcm_\w+)$/,
    audioEncoder: 'aac',
    textSubtitles: 'mov_text',
    subtitles: /^mov_text$/,
  },
  mkv: {
    muxer: 'matroska',
    codecs: ['h264', 'hevc', 'vp9', 'av1', 'ffv1', 'prores'],
    audio: null,
    audioEncoder: 'aac',
    textSubtitles: 'srt',
    subtitles: /^(subrip|srt|ass|ssa|webvtt|dvd_subtitle|dvb_subtitle|hdmv_pgs_subtitle)$/,
  },
  webm: {
    muxer: 'webm',
    codecs: ['vp9', 'av1'],
    audio: /^(opus|vorbis)$/,
    audioEncoder: 'libopus',
    textSubtitles: 'webvtt',
    subtitles: /^webvtt$/,
  },
  gif: { muxer: 'gif', codecs: [], audio: NOTHING, audioEncoder: null, textSubtitles: null, subtitles: NOTHING },
  images: { muxer: 'image2', codecs: [], audio: NOTHING, audioEncoder: null, textSubtitles: null, subtitles: NOTHING },
};

const BY_ENDING: Readonly<Record<string, ContainerName>> = {
  '.mp4': 'mp4',
  '.m4v': 'mp4',
  '.mov': 'mov',
  '.mkv': 'mkv',
  '.webm': 'webm',
  '.gif': 'gif',
};
const PICTURE_ENDINGS = ['.png', '.jpg', '.jpeg', '.webp'];

/**
 * Decides how a video is written, from the name of the output and the options.
 *
 * @param hasAlpha whether the input has transparency
 * @throws UsageError if the ending is unknown, or the container cannot hold the codec
 */
export function outputFormat(output: string, hasAlpha: boolean, options: OutputFormatOptions = {}): OutputFormat {
  const container = containerOf(output, options.container);
  const { codecs } = CONTAINER_FACTS[container];
  const { codec = codecs[0] ?? null } = options;
  if (codec !== null && !codecs.includes(codec)) {
    const choice = codecs.length === 0 ? 'leave --codec out' : `choose ${codecs.join(', ')} or another container`;
    throw new UsageError(`${container} cannot hold ${codec}: ${choice}.`);
  }
  const carriesAlpha =
    codec === null
      ? !/\.jpe?g$/i.test(output)
      : codec === 'ffv1' || codec === 'prores' || (codec === 'vp9' && (container === 'webm' || container === 'mkv'));
  return { container, codec, keepsAlpha: hasAlpha && carriesAlpha };
}

function containerOf(output: string, asked: ContainerName | undefined): ContainerName {
  const ending = extname(output).toLowerCase();
  if (isSequence(output) && BY_ENDING[ending] === undefined) {
    if (asked !== undefined && asked !== 'images')
      throw new UsageError(`${output} names many pictures, not one ${asked}.`);
    if (PICTURE_ENDINGS.includes(ending)) return 'images';
    throw new UsageError(`${output} must end in .png, .jpg or .webp.`);
  }
  if (asked === 'images') throw new UsageError(`Pictures need a number in their name, such as ${output}/%05d.png.`);
  const container = asked ?? BY_ENDING[ending];
  if (container !== undefined) return container;
  throw new UsageError(
    `${output} does not tell the format: let it end in .mp4, .mov, .mkv, .webm or .gif, name pictures as in frames/%05d.png, or give --container.`,
  );
}

export function muxerOf(container: ContainerName): string {
  return CONTAINER_FACTS[container].muxer;
}

/** Sound and subtitles on their way into a container. */
export interface SideTracks {
  /** Arguments of ffmpeg that map and copy or convert the tracks of input 1. */
  readonly args: readonly string[];
  /** What does not come along unchanged, a sentence each. */
  readonly remarks: readonly string[];
}

/** Copies sound and subtitles where the container can hold them, converts them where it must, and says what is lost. */
export function sideTracks(container: ContainerName, { audioCodecs, subtitleCodecs }: MediaInfo): SideTracks {
  const { audio, audioEncoder, textSubtitles, subtitles } = CONTAINER_FACTS[container];
  const args: string[] = [];
  const remarks: string[] = [];
  const name = container === 'images' ? 'pictures' : container;
  if (audioEncoder === null) {
    if (audioCodecs.length > 0) remarks.push(`The sound is left out: ${name} cannot hold any.`);
  } else {
    for (const [i, codec] of audioCodecs.entries()) {
      const copies = audio === null || audio.test(codec);
      args.push('-map', `1:a:${i}`, `-c:a:${i}`, copies ? 'copy' : audioEncoder);
      if (!copies) remarks.push(`The sound is converted from ${codec}, which ${name} cannot hold.`);
    }
  }
  let kept = 0;
  for (const [i, codec] of subtitleCodecs.entries()) {
    const isText = /^(subrip|srt|ass|ssa|webvtt|mov_text|text)$/.test(codec);
    const copies = subtitles.test(codec);
    if (!copies && (!isText || textSubtitles === null)) {
      remarks.push(`Subtitles (${codec}) are left out: ${name} cannot hold them.`);
      continue;
    }
    args.push('-map', `1:s:${i}`, `-c:s:${kept++}`, copies ? 'copy' : (textSubtitles as string));
  }
  return { args, remarks };
}
