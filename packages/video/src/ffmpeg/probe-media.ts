import { UserError } from '@instagan/core';
import { type Colours, coloursOf } from './colours.ts';
import { type FfmpegEnd, mainMessage, runFfmpeg } from './ffmpeg-process.ts';
import type { Ffmpeg } from './find-ffmpeg.ts';
import type { MediaInput } from './media-input.ts';
import { type MediaTrack, mediaTracks, tagsAfter } from './media-tracks.ts';

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
  readonly colours: Colours;
  /** Whether a frame shows two moments, each in every other line. */
  readonly isInterlaced: boolean;
}

/** What a video file holds. */
export interface MediaInfo {
  /** As ffmpeg names it, such as `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly format: string;
  /** When the first track begins, on the clock of the file: 0 for most. */
  readonly originSeconds: number;
  /** The length; in some formats from 0 on the clock of the file, whenever the first track begins. */
  readonly durationSeconds: number | null;
  /** The picture track that is translated: the first one. */
  readonly video: VideoTrack;
  /** All tracks, `video` among them, but not the still of a moving picture. */
  readonly tracks: readonly MediaTrack[];
  /** Title and other tags of the file, names in lower case. */
  readonly tags: Readonly<Record<string, string>>;
  readonly chapters: number;
  /** That of the first frame, such as `01:00:00:00`; null if the file does not tell. */
  readonly timecode: string | null;
}

const HDR_CURVES: Readonly<Record<string, 'PQ' | 'HLG'>> = { smpte2084: 'PQ', 'arib-std-b67': 'HLG' };

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
  const tracks = mediaTracks(lines);
  const picture = tracks.find(isPicture);
  if (picture === undefined) {
    throw new UserError(`${input.name} holds ${describe(tracks)}: give a file with moving pictures.`);
  }
  const tags = tagsAfter(
    lines,
    lines.findIndex((line) => /^Input #0/.test(line)),
  );
  const video = videoTrack(picture, input);
  return {
    ...clockOf(lines),
    video: { ...video, isInterlaced: video.isInterlaced ?? (await hasFields(ffmpeg, input, video.track)) },
    tracks,
    tags: Object.fromEntries(Object.entries(tags).filter(([name]) => !TECHNICAL_TAGS.has(name))),
    chapters: lines.filter((line) => /^\s*(Chapter )?#0:\d+: start /.test(line)).length,
    timecode: [...tracks.map((track) => track.tags), tags].find(({ timecode }) => timecode)?.timecode ?? null,
  };
}

/** Whether a track is moving pictures. */
export function isPicture({ kind, isCover }: MediaTrack): boolean {
  return kind === 'video' && !isCover;
}

const TECHNICAL_TAGS = new Set(['major_brand', 'minor_version', 'compatible_brands', 'encoder', 'duration']);

/** ffmpeg 4 tells whether pictures are interlaced only of decoded ones. */
async function hasFields(ffmpeg: Ffmpeg, input: MediaInput, track: number): Promise<boolean> {
  const args = [...input.args, '-map', `0:${track}`, '-frames:v', '3', '-vf', 'showinfo', '-f', 'null', '-'];
  const { messages } = await runFfmpeg(ffmpeg, args, 'info');
  return messages.some((line) => /showinfo.* i:[TB] /.test(line));
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

/** Parses, for example, `Video: h264 (High) (avc1 / 0x31), yuv420p(tv, bt709), 640x360 [SAR 1:1 DAR 16:9], 15 fps, …`. */
function videoTrack(
  { index, codec, description, tags }: MediaTrack,
  input: MediaInput,
): Omit<VideoTrack, 'isInterlaced'> & { readonly isInterlaced: boolean | null } {
  const [, width, height] = /, (\d+)x(\d+)/.exec(description) ?? [];
  if (width === undefined || height === undefined) {
    throw new UserError(`${input.name} holds a picture track that cannot be decoded (${codec}): convert it first.`);
  }
  const [, pixelFormat = 'unknown', printed = ''] =
    /, ([a-z][a-z0-9]+)(?:\(((?:[^()]|\([^()]*\))*)\))?, \d+x\d+/.exec(description) ?? [];
  const size = { width: Number(width), height: Number(height) };
  const colours = coloursOf(printed, { pixelFormat, ...size });
  const [, fps] = /, ([\d.]+k?) fps/.exec(description) ?? [];
  return {
    track: index,
    ...{ codec, pixelFormat, ...size, colours },
    fps: fps === undefined || Number(fps) === 0 ? null : Number(fps.replace('k', '000')),
    hasAlpha: tags.alpha_mode === '1' || /^(yuva|rgba|bgra|argb|abgr|gbrap|ya\d|ayuv|pal8)/.test(pixelFormat),
    bitDepth: Number(
      /p(9|10|12|14|16)(?:le|be)?$/.exec(pixelFormat)?.[1] ?? (/^(p010|x2rgb10)/.test(pixelFormat) ? 10 : 8),
    ),
    hdr: HDR_CURVES[colours.transfer] ?? null,
    isInterlaced: isInterlaced(codec, printed),
  };
}

/** @returns null if the header does not tell, of a codec that can code fields */
function isInterlaced(codec: string, printed: string): boolean | null {
  if (/\b(top|bottom)\b/.test(printed)) return true;
  const canBe =
    /^(h264|hevc|mpeg\dvideo|mpeg4|vc1|wmv3|dvvideo|prores|dnxhd|mjpeg|ffv1|rawvideo|v210|huffyuv|utvideo)$/;
  return /progressive/.test(printed) || !canBe.test(codec) ? false : null;
}

function describe(tracks: readonly MediaTrack[]): string {
  if (tracks.some(({ kind }) => kind === 'audio')) return 'sound only';
  return tracks.length === 0 ? 'no track at all' : 'no moving pictures';
}
