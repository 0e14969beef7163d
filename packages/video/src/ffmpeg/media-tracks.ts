/** A track of a media file, or a file attached to it. */
export interface MediaTrack {
  /** Its number in the file, as ffmpeg counts. */
  readonly index: number;
  readonly kind: 'video' | 'audio' | 'subtitle' | 'data' | 'attachment';
  /** As ffmpeg names it, such as `aac`; `none` if it does not know it. */
  readonly codec: string;
  /** What else ffmpeg says of it. */
  readonly description: string;
  /** Such as `eng`; null if the file does not tell. */
  readonly language: string | null;
  /** Whether it is a single picture that stands for the file. */
  readonly isCover: boolean;
  /** Names in lower case. */
  readonly tags: Readonly<Record<string, string>>;
}

const TRACK = /^\s*Stream #0:(\d+)(?:\[[^\]]*\])?(?:\((\w+)\))?: (Video|Audio|Subtitle|Data|Attachment): (\w+)(.*)$/;
const TAG = /^\s+([\w.-]+)\s*: (.*)$/;
/** What begins after the tags of a track. */
const NEXT = /^\s*(Stream|Chapters?|Program|No Program|Input|Output) ?/;

/**
 * Reads the tracks from what ffmpeg prints of a file, a line each. ffmpeg 6.1 and later takes an AVIF that moves for two: its first picture,
 * for readers of stills, and all of them. The first is left out.
 */
export function mediaTracks(lines: readonly string[]): MediaTrack[] {
  const tracks = printedTracks(lines);
  const isMoving = tracks.length === 2 && tracks.every(({ kind, codec }) => kind === 'video' && codec === 'av1');
  return isMoving && / 1 fps, 1 tbr, 1 tbn\b/.test(tracks[0]?.description ?? '') ? tracks.slice(1) : tracks;
}

function printedTracks(lines: readonly string[]): MediaTrack[] {
  const isAlone = lines.filter((line) => TRACK.test(line)).length === 1;
  return lines.flatMap((line, position) => {
    const [, index, language, kind, codec = '', description = ''] = TRACK.exec(line) ?? [];
    if (index === undefined || kind === undefined) return [];
    return {
      ...{ index: Number(index), kind: kind.toLowerCase() as MediaTrack['kind'], codec, description },
      language: language === undefined || language === 'und' ? null : language,
      isCover: kind === 'Video' && !isAlone && isCover(codec, description),
      tags: tagsAfter(lines, position),
    };
  });
}

/** The tags in the lines after one, up to the next track. Names in lower case. */
export function tagsAfter(lines: readonly string[], position: number): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const line of lines.slice(position + 1)) {
    if (NEXT.test(line) || /^\s*Duration: \d/.test(line)) break;
    const [, name, value = ''] = TAG.exec(line) ?? [];
    if (name !== undefined) tags[name.toLowerCase()] = value.trim();
  }
  return tags;
}

/** ffmpeg 4 does not say of every cover beside other tracks that it is one, but no cover has a frame rate. */
function isCover(codec: string, description: string): boolean {
  return /\(attached pic\)/.test(description) || (/^(mjpeg|png|bmp|webp)$/.test(codec) && !/ fps\b/.test(description));
}
