import { UserError } from '@instagan/core';
import { type FfmpegEnd, mainMessage, runFfmpeg } from './ffmpeg-process.ts';
import type { Ffmpeg } from './find-ffmpeg.ts';
import type { MediaInput } from './media-input.ts';

/** The picture track of a video as its headers describe it. */
export interface VideoTrack {
  /** Its number among the tracks of the file, from 0. */
  readonly track: number;
  readonly codec: string;
  /** As ffmpeg names it, such as `yuv420p10le`. */
  readonly pixelFormat: string;
  /** As it lies in the file, before it is turned upright. */
  readonly width: number;
  readonly height: number;
  /** Mean frames a second; null if it is not known. */
  readonly fps: number | null;
  readonly hasAlpha: boolean;
  readonly bitDepth: number;
  /** The curve of a high dynamic range; null for ordinary video. */
  readonly hdr: 'PQ' | 'HLG' | null;
  /** Whether the file says how its colours are coded. */
  readonly hasColourSpace: boolean;
}

/** What a video file holds. */
export interface MediaInfo {
  /** As ffmpeg names it, such as `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly format: string;
  /** When the first track begins, on the clock of the file: 0 for most. */
  readonly originSeconds: number;
  /** The length; in some formats from 0 on the clock of the file, whenever the first track begins. */
  readonly durationSeconds: number | null;
  readonly video: VideoTrack;
  readonly audioCodecs: readonly string[];
  readonly subtitleCodecs: readonly string[];
  /** Numbers of the tracks of picture, sound and subtitles that can be read: the picture track, and all others but pictures. */
  readonly clockTracks: readonly number[];
}

const HDR_CURVES = { smpte2084: 'PQ', 'arib-std-b67': 'HLG' } as const;

/**
 * Reads what ffmpeg says of a video. ffprobe is not needed: some packages bring ffmpeg alone.
 *
 * @throws UserError if it cannot be read, or holds no moving picture
 */
export async function probeMedia(ffmpeg: Ffmpeg, input: MediaInput): Promise<MediaInfo> {
  const end = await runFfmpeg(ffmpeg, [...input.args], 'info');
  const lines = end.messages;
  if (!lines.some((line) => /^Input #0/.test(line))) {
    if (hasCrashed(end)) {
      throw new UserError(
        `${ffmpeg.path} (ffmpeg ${ffmpeg.version}) crashes when it reads ${input.name}: name another ffmpeg in FFMPEG_PATH.`,
      );
    }
    throw new UserError(`${input.name} cannot be read as a video: ${mainMessage(end)}; check that the file is whole.`);
  }
  const streams = lines.filter((line) => /^\s*Stream #0:\d+/.test(line));
  const isVideo = (line: string) => /: Video: /.test(line) && !/\(attached pic\)/.test(line);
  const position = lines.findIndex((line) => /^\s*Stream #0:\d+/.test(line) && isVideo(line));
  if (position < 0) throw new UserError(`${input.name} holds ${describe(streams)}: give a file with moving pictures.`);
  const nextStream = lines.findIndex((line, i) => i > position && /^\s*Stream #0:/.test(line));
  const details = lines.slice(position + 1, nextStream < 0 ? lines.length : nextStream);
  const video = videoTrack(lines[position] as string, details, input);
  const sideTracks = streams.filter((line) => /: Audio: .*\d Hz|: Subtitle: /.test(line));
  return {
    ...clockOf(lines),
    video,
    audioCodecs: codecsOf(streams, 'Audio'),
    subtitleCodecs: codecsOf(streams, 'Subtitle'),
    clockTracks: [video.track, ...sideTracks.map(trackOf)],
  };
}

function trackOf(line: string): number {
  return Number(/Stream #0:(\d+)/.exec(line)?.[1]);
}

/** 128 and the number of a signal, as the shell tells it: illegal instruction, abort, bus error, arithmetic, memory. */
const CRASHES: readonly (number | null)[] = [null, 132, 134, 135, 136, 139];

function hasCrashed({ exitCode }: FfmpegEnd): boolean {
  return CRASHES.includes(exitCode);
}

function clockOf(lines: readonly string[]): Pick<MediaInfo, 'format' | 'originSeconds' | 'durationSeconds'> {
  const matchOf = (pattern: RegExp) => lines.map((line) => pattern.exec(line)).find((match) => match !== null) ?? [];
  const [, format = ''] = matchOf(/^Input #0, (.*), from /);
  const [, origin = '0'] = matchOf(/^\s*Duration: .*, start: (-?[\d.]+)/);
  const [, hours, minutes, seconds] = matchOf(/^\s*Duration: (\d+):(\d\d):([\d.]+)/);
  const durationSeconds = seconds === undefined ? null : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return { format, originSeconds: Number(origin), durationSeconds };
}

function codecsOf(streams: readonly string[], kind: 'Audio' | 'Subtitle'): string[] {
  return streams.flatMap((line) => new RegExp(`: ${kind}: (\\w+)`).exec(line)?.[1] ?? []);
}

/** Parses, for example, `Video: h264 (High) (avc1 / 0x31), yuv420p(tv, bt709), 640x360 [SAR 1:1 DAR 16:9], 15 fps, …`. */
function videoTrack(line: string, details: readonly string[], input: MediaInput): VideoTrack {
  const [, codec = '', rest = ''] = /: Video: (\w+)(.*)$/.exec(line) ?? [];
  const [, width, height] = /, (\d+)x(\d+)/.exec(rest) ?? [];
  if (width === undefined || height === undefined) {
    throw new UserError(`${input.name} holds a picture track that cannot be decoded (${codec}): convert it first.`);
  }
  const [, pixelFormat = 'unknown', colour = ''] = /, ([a-z][a-z0-9]+)(?:\(([^)]*)\))?, \d+x\d+/.exec(rest) ?? [];
  const hasAlphaTrack = details.some((detail) => /^\s*alpha_mode\s*:\s*1/.test(detail));
  const curve = Object.entries(HDR_CURVES).find(([name]) => colour.includes(name));
  const [, fps] = /, ([\d.]+k?) fps/.exec(rest) ?? [];
  return {
    track: trackOf(line),
    codec,
    pixelFormat,
    width: Number(width),
    height: Number(height),
    fps: fps === undefined || Number(fps) === 0 ? null : Number(fps.replace('k', '000')),
    hasAlpha: hasAlphaTrack || /^(yuva|rgba|bgra|argb|abgr|gbrap|ya\d|ayuv|pal8)/.test(pixelFormat),
    bitDepth: Number(
      /p(9|10|12|14|16)(?:le|be)?$/.exec(pixelFormat)?.[1] ?? (/^(p010|x2rgb10)/.test(pixelFormat) ? 10 : 8),
    ),
    hdr: curve === undefined ? null : curve[1],
    hasColourSpace: /bt709|bt2020|smpte170m|bt470bg|bt601|fcc/.test(colour),
  };
}

function describe(streams: readonly string[]): string {
  if (streams.some((line) => /: Audio: /.test(line))) return 'sound only';
  return streams.length === 0 ? 'no track at all' : 'no moving pictures';
}
