import { UsageError } from '@instagan/core';
import type { MediaTrack } from '../ffmpeg/media-tracks.ts';
import { isPicture, type MediaInfo } from '../ffmpeg/probe-media.ts';
import { laterTimecode } from '../ffmpeg/timecode.ts';
import { CONTAINER_FACTS, type Container } from './container-facts.ts';
import type { ContainerName } from './output-format.ts';

/** What decides which tracks are kept, beside what the container can hold. */
export interface SideTrackOptions {
  /** Numbers of the sound tracks to keep, from 1 on. @default all */
  readonly audioTracks?: readonly number[];
  /** Where the translation begins in the input. @default 0 */
  readonly startSeconds?: number;
  /** Whether the frames are those of the input, none left out or repeated. @default true */
  readonly keepsFrames?: boolean;
}

/** All of a file but the pictures that are translated, on its way into another one. */
export interface SideTracks {
  /**
   * Arguments of ffmpeg that map and copy or convert what is kept of input 1, the file cut to the stretch that is translated;
   * empty if nothing is. The translated pictures are output 0:v:0.
   */
  readonly args: readonly string[];
  /** So for input 2, the whole file: what belongs to no time, such as fonts. Empty if nothing is kept. */
  readonly timelessArgs: readonly string[];
  /** Subtitles, in the order in which they are written. */
  readonly subtitles: readonly KeptSubtitles[];
  /** The picture that stands for the file, where it is to be attached as a file; null if not. */
  readonly attachedCover: MediaTrack | null;
  /** What does not come along unchanged, a sentence each. */
  readonly remarks: readonly string[];
  /** The same without what ffmpeg may fail to copy: further pictures, cover and attached files. Null if there are none. */
  readonly essential: SideTracks | null;
}

/** A track of subtitles on its way. */
export interface KeptSubtitles {
  readonly track: MediaTrack;
  readonly isText: boolean;
  /** As ffmpeg names it; null to copy them. */
  readonly encoder: string | null;
}

/** What becomes of one kind of tracks. */
interface Kept {
  readonly args?: readonly string[];
  readonly timelessArgs?: readonly string[];
  readonly subtitles?: readonly KeptSubtitles[];
  readonly remarks?: readonly string[];
  /** What is lost, each with the reason in brackets. */
  readonly lost?: readonly string[];
}

interface Context {
  readonly container: ContainerName;
  readonly facts: Container;
  readonly info: MediaInfo;
  readonly options: SideTrackOptions;
  /** `mp4 cannot hold it`. */
  readonly cannotHold: string;
}

/**
 * Keeps what the container can hold of a file: sound and subtitles, converted where they must be, further pictures, cover,
 * attached files, timecode, tags and chapters. Says what is lost, and why.
 *
 * @throws UsageError if the file has not as many sound tracks as are asked for
 */
export function sideTracks(container: ContainerName, info: MediaInfo, options: SideTrackOptions = {}): SideTracks {
  const facts = CONTAINER_FACTS[container];
  const cannotHold = `${container === 'images' ? 'pictures' : container} cannot hold it`;
  const context = { container, facts, info, options, cannotHold };
  const essential = [soundOf, subtitlesOf, timecodeOf, tagsOf, dataOf].map((of) => of(context));
  const extras = [picturesOf, attachmentsOf].map((of) => of(context));
  const isAttached = facts.cover === 'attachment';
  const attachedCover = (isAttached && info.tracks.find(({ isCover }) => isCover)) || null;
  const hasExtras =
    attachedCover !== null || extras.some(({ args = [], timelessArgs = [] }) => args.length + timelessArgs.length > 0);
  return {
    ...summaryOf([...essential, ...extras]),
    attachedCover,
    essential: hasExtras ? { ...summaryOf(essential), attachedCover: null, essential: null } : null,
  };
}

function summaryOf(kept: readonly Kept[]): Omit<SideTracks, 'attachedCover' | 'essential'> {
  const lost = kept.flatMap((part) => part.lost ?? []);
  return {
    args: kept.flatMap(({ args = [] }) => args),
    timelessArgs: kept.flatMap(({ timelessArgs = [] }) => timelessArgs),
    subtitles: kept.flatMap(({ subtitles = [] }) => subtitles),
    remarks: [
      ...new Set(kept.flatMap(({ remarks = [] }) => remarks)),
      ...(lost.length === 0 ? [] : [`Not kept: ${lost.join('; ')}.`]),
    ],
  };
}

function soundOf({ container, facts, info, options, cannotHold }: Context): Kept {
  const all = tracksOf(info, 'audio');
  const { audioTracks = all.map((_, i) => i + 1) } = options;
  const missing = audioTracks.find((number) => number < 1 || number > all.length);
  if (missing !== undefined) {
    const count = all.length === 1 ? '1 sound track' : `${all.length} sound tracks`;
    throw new UsageError(`There is no sound track ${missing}: the video has ${count}, so correct --audio-track.`);
  }
  if (all.length === 0 || audioTracks.length === 0) return {};
  if (facts.audioEncoder === null) return { lost: [`the sound (${cannotHold})`] };
  const args: string[] = [];
  const remarks: string[] = [];
  for (const [i, number] of audioTracks.entries()) {
    const { index, codec } = all[number - 1] as MediaTrack;
    const copies = facts.audio === null || facts.audio.test(codec);
    args.push('-map', `1:${index}`, `-c:a:${i}`, copies ? 'copy' : facts.audioEncoder);
    if (!copies) remarks.push(`The sound is converted from ${codec}, which ${container} cannot hold.`);
  }
  return { args, remarks };
}

function subtitlesOf({ facts, info, cannotHold }: Context): Kept {
  const subtitles: KeptSubtitles[] = [];
  const lost: string[] = [];
  for (const track of tracksOf(info, 'subtitle')) {
    const { codec } = track;
    const isText = /^(subrip|srt|ass|ssa|webvtt|mov_text|text)$/.test(codec);
    const copies = facts.subtitles.test(codec);
    if (copies || (isText && facts.textSubtitles !== null))
      subtitles.push({ track, isText, encoder: copies ? null : facts.textSubtitles });
    else lost.push(`subtitles (${codec}; ${cannotHold})`);
  }
  return { subtitles, lost };
}

function picturesOf({ facts, info, options, cannotHold }: Context): Kept {
  const [, ...others] = info.tracks.filter(isPicture);
  const cover = info.tracks.find(({ isCover }) => isCover);
  const args: string[] = [];
  const lost: string[] = [];
  let kept = 0;
  for (const { index, codec } of others) {
    const what = `another picture track (${codec}`;
    if (facts.pictures !== null && !facts.pictures.test(codec)) lost.push(`${what}; ${cannotHold})`);
    else if ((options.startSeconds ?? 0) > 0) lost.push(`${what}; it cannot begin exactly at --start)`);
    else args.push('-map', `1:${index}`, `-c:v:${++kept}`, 'copy');
  }
  if (cover === undefined || facts.cover === 'attachment') return { args, lost };
  if (facts.cover === null) return { args, lost: [...lost, `the cover picture (${cannotHold})`] };
  const place = `v:${++kept}`;
  const timelessArgs = ['-map', `2:${cover.index}`, `-c:${place}`, 'copy', `-disposition:${place}`, 'attached_pic'];
  return { args, lost, timelessArgs };
}

function attachmentsOf({ facts, info, cannotHold }: Context): Kept {
  const files = tracksOf(info, 'attachment');
  if (files.length === 0) return {};
  if (facts.hasAttachments)
    return { timelessArgs: [...files.flatMap(({ index }) => ['-map', `2:${index}`]), '-c:t', 'copy'] };
  return {
    lost: files.map(({ codec, tags: { filename, mimetype = '' } }) => {
      const what = /ttf|otf|font/i.test(`${codec} ${mimetype}`) ? 'the font' : 'the attached file';
      return `${filename === undefined ? what : `${what} ${filename}`} (${cannotHold})`;
    }),
  };
}

function timecodeOf({ facts, info, options, cannotHold }: Context): Kept {
  const { timecode, video } = info;
  if (timecode === null) return {};
  if (!facts.hasTimecode) return { lost: [`the timecode (${cannotHold})`] };
  const { keepsFrames = true, startSeconds = 0 } = options;
  const fps = video.fps ?? 0;
  const first = keepsFrames ? laterTimecode(timecode, fps, Math.round(startSeconds * fps)) : null;
  if (first === null) return { lost: ['the timecode (it does not fit these frames)'] };
  return { args: ['-metadata:s:v:0', `timecode=${first}`] };
}

/** Tags that a container can hold, of those that files have in common; null for all. */
const TAGS: Readonly<Partial<Record<ContainerName, RegExp>>> = {
  mp4: /^(title|(album_)?artist|composer|album|date|comment|genre|copyright|grouping|lyrics|description|synopsis|show|episode_(id|sort)|network|keywords|media_type|hd_video|gapless_playback|compilation|season_number|track|disc|location(-\w+)?|creation_time|timecode)$/,
  mov: /^(title|artist|author|composer|album|date|comment|genre|copyright|description|make|model|keywords|location(-\w+)?|creation_time|timecode)$/,
};
const NAMED_TAGS = 4;

function tagsOf({ container, facts, info, cannotHold }: Context): Kept {
  const { tags, chapters, tracks } = info;
  const names = Object.keys(tags);
  const language = tracks.find(isPicture)?.language ?? null;
  if (!facts.hasTags) {
    const lost = names.length > 0 ? ['the title and other tags'] : [];
    if (chapters > 0) lost.push('the chapters');
    return { lost: lost.map((what) => `${what} (${cannotHold})`) };
  }
  if (tracks.length === 1 && names.length === 0 && chapters === 0 && language === null) return {};
  const args = ['-map_metadata', '1', '-map_chapters', '1'];
  // These tell how the input was written; and the timecode is that of the track.
  for (const name of ['major_brand', 'minor_version', 'compatible_brands', 'timecode'])
    args.push('-metadata', `${name}=`);
  if (language !== null) args.push('-metadata:s:v:0', `language=${language}`);
  const others = names.filter((name) => TAGS[container]?.test(name) === false);
  if (others.length === 0) return { args };
  const more = others.length > NAMED_TAGS ? ` and ${others.length - NAMED_TAGS} more` : '';
  return { args, lost: [`the tags ${others.slice(0, NAMED_TAGS).join(', ')}${more} (${cannotHold})`] };
}

/** Chapters and timecodes are tracks in some files, and kept as what they are. */
function dataOf({ info }: Context): Kept {
  const isKeptOtherwise = ({ description }: MediaTrack) =>
    /\btmcd\b/.test(description) || (info.chapters > 0 && /\btext\b/.test(description));
  const lost = tracksOf(info, 'data').filter((track) => !isKeptOtherwise(track));
  return {
    lost: lost.map(({ codec, description }) => {
      const [, fourcc] = /\((\w+) \//.exec(description) ?? [];
      return `a track of data (${fourcc ?? codec}; data cannot be copied)`;
    }),
  };
}

function tracksOf({ tracks }: MediaInfo, kind: MediaTrack['kind']): MediaTrack[] {
  return tracks.filter((track) => track.kind === kind);
}
