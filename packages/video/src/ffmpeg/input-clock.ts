import type { MediaInput } from './media-input.ts';
import type { MediaTrack } from './media-tracks.ts';
import { isPicture, type MediaInfo } from './probe-media.ts';

/** Seconds before the wanted start to which a file is sought: decoding begins at a key frame before it. */
const SEEK_MARGIN_SECONDS = 2;

/** Formats with an index, whose times never jump. In others seeking lands anywhere, and ffmpeg mends jumps as it reads. */
const INDEXED = /mov|matroska/;

/**
 * The arguments that open an input on one clock for all its tracks, on which `startSeconds` after the moment at which playing
 * begins is 0: the first track's first picture or sound. What lies before comes out with times below 0.
 *
 * Of formats without an index ffmpeg reads the clock off the tracks that it is asked for, so every run must ask for the same:
 * add {@link allTracksOpen} to its outputs.
 */
export function inputOnClock(input: MediaInput, info: MediaInfo, startSeconds = 0): string[] {
  const soughtSeconds = INDEXED.test(info.format) ? Math.max(0, startSeconds - SEEK_MARGIN_SECONDS) : 0;
  // ffmpeg puts 0 where the file is sought. Sound that begins before 0 is what its decoder swallows: playing begins at 0.
  const offset = soughtSeconds - startSeconds + Math.min(0, info.originSeconds);
  return [
    ...(soughtSeconds > 0 ? ['-noaccurate_seek', '-ss', soughtSeconds.toFixed(6)] : []),
    ...(offset === 0 ? [] : ['-itsoffset', offset.toFixed(6)]),
    ...input.args,
  ];
}

/**
 * Numbers of the tracks that are shown or heard. Left out are those of which the header tells neither size nor rate, for they cannot be
 * read, and the other pictures of a playlist: they show the same in other sizes.
 */
export function clockTracks({ format, tracks, video }: MediaInfo): number[] {
  const isKnown = ({ description }: MediaTrack) => / Hz|, \d+x\d+/.test(description);
  const isWanted = (track: MediaTrack) => {
    if (track.kind === 'audio') return isKnown(track);
    if (isPicture(track)) return track.index === video.track || (isKnown(track) && !/hls/.test(format));
    return track.kind === 'subtitle';
  };
  return tracks.filter(isWanted).map(({ index }) => index);
}

/** An output, if one is needed, that reads all tracks of an input and writes nothing: so the clock does not depend on those wanted. */
export function allTracksOpen(input: number, info: MediaInfo): string[] {
  const tracks = clockTracks(info);
  if (INDEXED.test(info.format) || tracks.length < 2) return [];
  return [...tracks.flatMap((track) => ['-map', `${input}:${track}`]), '-c', 'copy', '-f', 'null', '-'];
}
