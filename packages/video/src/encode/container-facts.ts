import type { CodecName, ContainerName } from './output-format.ts';

/** What a container can hold, and how ffmpeg calls it. */
export interface Container {
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
  /** Codecs of further picture tracks that can be copied into it; null for all. */
  readonly pictures: RegExp | null;
  /** How it holds the picture that stands for the file: as a track, as an attached file, or not at all. */
  readonly cover: 'track' | 'attachment' | null;
  /** Whether it holds files, such as fonts. */
  readonly hasAttachments: boolean;
  /** Whether it tells the timecode of its first frame. */
  readonly hasTimecode: boolean;
  /** Whether it holds titles and other tags, and chapters. */
  readonly hasTags: boolean;
}

const NOTHING = /^$/;

const PICTURES_ALONE = {
  audio: NOTHING,
  audioEncoder: null,
  textSubtitles: null,
  subtitles: NOTHING,
  pictures: NOTHING,
  cover: null,
  hasAttachments: false,
  hasTimecode: false,
  hasTags: false,
} as const;

export const CONTAINER_FACTS: Readonly<Record<ContainerName, Container>> = {
  mp4: {
    muxer: 'mp4',
    codecs: ['h264', 'hevc', 'av1', 'vp9'],
    audio: /^(aac|mp3|ac3|eac3|alac)$/,
    audioEncoder: 'aac',
    textSubtitles: 'mov_text',
    subtitles: /^mov_text$/,
    pictures: /^(h264|hevc|av1|vp9|mpeg4)$/,
    cover: 'track',
    hasAttachments: false,
    hasTimecode: true,
    hasTags: true,
  },
  mov: {
    muxer: 'mov',
    codecs: ['h264', 'hevc', 'prores'],
    audio: /^(aac|mp3|ac3|eac3|alac|pcm_\w+)$/,
    audioEncoder: 'aac',
    textSubtitles: 'mov_text',
    subtitles: /^mov_text$/,
    pictures: /^(h264|hevc|prores|mpeg4|mjpeg|dnxhd|qtrle|png)$/,
    cover: null,
    hasAttachments: false,
    hasTimecode: true,
    hasTags: true,
  },
  mkv: {
    muxer: 'matroska',
    codecs: ['h264', 'hevc', 'vp9', 'av1', 'ffv1', 'prores'],
    audio: null,
    audioEncoder: 'aac',
    textSubtitles: 'srt',
    subtitles: /^(subrip|srt|ass|ssa|webvtt|dvd_subtitle|dvb_subtitle|hdmv_pgs_subtitle)$/,
    pictures: null,
    cover: 'attachment',
    hasAttachments: true,
    hasTimecode: true,
    hasTags: true,
  },
  webm: {
    muxer: 'webm',
    codecs: ['vp9', 'av1'],
    audio: /^(opus|vorbis)$/,
    audioEncoder: 'libopus',
    textSubtitles: 'webvtt',
    subtitles: /^webvtt$/,
    pictures: /^(vp8|vp9|av1)$/,
    cover: null,
    hasAttachments: false,
    hasTimecode: false,
    hasTags: true,
  },
  gif: { muxer: 'gif', codecs: [], ...PICTURES_ALONE },
  images: { muxer: 'image2', codecs: [], ...PICTURES_ALONE },
};
