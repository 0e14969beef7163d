import { type SizePx, UserError } from '@instagan/core';
import { runFfmpeg } from '../ffmpeg/ffmpeg-process.ts';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { rateText } from '../ffmpeg/media-input.ts';
import type { VideoTrack } from '../ffmpeg/probe-media.ts';

/** Which frames of a video are wanted, and how. */
export interface FrameSelection {
  /** Frames are stretched to this size. */
  readonly size?: SizePx;
  /** Frames are repeated or dropped to have this many a second, evenly. */
  readonly fps?: number;
  /** Only each n-th frame is kept, and shown n times as long. @default 1 */
  readonly every?: number;
}

/** How far times may be off by the rounding of a file's clock: half a millisecond, the coarsest tick in use. */
export const CLOCK_ROUNDING_SECONDS = 0.0005;

/** Untagged video of this height or more is coded as HDTV is (BT.709), smaller as SDTV (BT.601). */
const MIN_HD_HEIGHT_PX = 720;

/**
 * ffmpeg's filters that make 8-bit sRGB frames, only those wanted, of a track.
 *
 * @param fromSeconds where the first frame wanted lies on the clock: null for all, below 0 for one that is still shown at 0
 */
export function decodeFilters(track: VideoTrack, selection: FrameSelection, fromSeconds: number | null): string {
  const { size, fps, every = 1 } = selection;
  const filters: string[] = [];
  if (fps !== undefined) filters.push(`fps=${rateText(fps)}`);
  if (fromSeconds !== null) filters.push(`select=gte(t\\,${(fromSeconds - CLOCK_ROUNDING_SECONDS).toFixed(6)})`);
  if (fromSeconds !== null && fromSeconds < 0) filters.push('setpts=max(PTS\\,0)');
  if (every > 1) filters.push(`select=not(mod(n\\,${every}))`);
  if (track.hdr !== null) {
    filters.push(...toneMapping(track.hdr));
  }
  const isUntaggedHd = !track.hasColourSpace && track.hdr === null && track.height >= MIN_HD_HEIGHT_PX;
  const matrix = track.hdr !== null || isUntaggedHd ? ':in_color_matrix=bt709' : '';
  const target = size === undefined ? '' : `${size.width}:${size.height}:`;
  filters.push(`scale=${target}flags=bicubic+accurate_rnd+full_chroma_int${matrix}`);
  if (size !== undefined) filters.push('setsar=1');
  filters.push(track.hasAlpha ? 'format=rgba' : 'format=rgb24');
  return filters.join(',');
}

/** From the curve of the recording to linear light, and through Hable's curve to that of ordinary video. */
function toneMapping(curve: 'PQ' | 'HLG'): string[] {
  const input = `tin=${curve === 'PQ' ? 'smpte2084' : 'arib-std-b67'}:min=2020_ncl:pin=2020`;
  return [
    `zscale=${input}:t=linear:npl=100`,
    'format=gbrpf32le',
    'zscale=p=bt709',
    'tonemap=tonemap=hable:desat=0',
    'zscale=t=bt709:m=bt709:r=tv',
    'format=yuv444p',
  ];
}

/** What is lost when a track becomes 8-bit frames, a sentence each. */
export function conversionRemarks({ hdr, bitDepth }: VideoTrack): string[] {
  if (hdr !== null)
    return [`The video is HDR (${hdr}, ${bitDepth} bits): it is tone-mapped (Hable) to ordinary 8-bit colour.`];
  if (bitDepth > 8) return [`The video has ${bitDepth} bits a channel: it is reduced to 8.`];
  return [];
}

/** @throws UserError if this ffmpeg cannot convert high dynamic range */
export async function requireToneMapping(ffmpeg: Ffmpeg, name: string): Promise<void> {
  const tags = 'setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc';
  const filters = [tags, 'format=yuv420p10le', ...toneMapping('PQ')].join(',');
  const source = ['-f', 'lavfi', '-i', 'color=s=16x16:d=0.1'];
  const { exitCode } = await runFfmpeg(ffmpeg, [...source, '-vf', filters, '-frames:v', '1', '-f', 'null', '-']);
  if (exitCode === 0) return;
  throw new UserError(
    `${name} is HDR video, which this ffmpeg (${ffmpeg.path}) cannot tone-map: use one built with libzimg, or convert the video to SDR first.`,
  );
}
