import { extname } from 'node:path';
import { UsageError } from '@instagan/core';
import { isSequence } from '../ffmpeg/image-sequence.ts';
import { CONTAINER_FACTS } from './container-facts.ts';

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

/** As ffmpeg names it. */
export function muxerOf(container: ContainerName): string {
  return CONTAINER_FACTS[container].muxer;
}
