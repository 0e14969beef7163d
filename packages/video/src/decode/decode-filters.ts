import { type SizePx, UserError } from '@instagan/core';
import type { Colours } from '../ffmpeg/colours.ts';
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
  /** Makes each frame of one moment, of frames that show two in every other line. @default false */
  readonly deinterlaces?: boolean;
}

/** How far times may be off by the rounding of a file's clock: half a millisecond, the coarsest tick in use. */
export const CLOCK_ROUNDING_SECONDS = 0.0005;

/**
 * ffmpeg's filters that make 8-bit sRGB frames, only those wanted, of a track.
 *
 * @param fromSeconds where the first frame wanted lies on the clock: null for all, below 0 for one that is still shown at 0
 */
export function decodeFilters(track: VideoTrack, selection: FrameSelection, fromSeconds: number | null = null): string {
  const { size, fps, every = 1, deinterlaces = false } = selection;
  const filters: string[] = [];
  if (deinterlaces) filters.push('bwdif=mode=send_frame');
  if (fps !== undefined) filters.push(`fps=${rateText(fps)}`);
  if (fromSeconds !== null) filters.push(`select=gte(t\\,${(fromSeconds - CLOCK_ROUNDING_SECONDS).toFixed(6)})`);
  if (every > 1) filters.push(`select=not(mod(n\\,${every}))`);
  // Of two frames at one time, as in some files, the second is shown, as players do, a tick later.
  filters.push(`setpts=max(PREV_OUTPTS+1\\,${fromSeconds !== null && fromSeconds < 0 ? 'max(PTS\\,0)' : 'PTS'})`);
  const { colours } = track;
  if (track.hdr !== null) filters.push(...toneMapping(colours));
  else if (isConverted(track)) filters.push(...toOrdinaryGamut(colours));
  const matrix = matrixOf(track);
  const target = size === undefined ? '' : `${size.width}:${size.height}:`;
  filters.push(
    `scale=${target}flags=bicubic+accurate_rnd+full_chroma_int${matrix === null ? '' : `:in_color_matrix=${matrix}`}`,
  );
  if (size !== undefined) filters.push('setsar=1');
  filters.push(track.hasAlpha ? 'format=rgba' : 'format=rgb24');
  return filters.join(',');
}

/** What swscale calls the matrix of what reaches it; null to go by the tags of the frames. */
function matrixOf(track: VideoTrack): string | null {
  if (track.hdr !== null || isConverted(track)) return 'bt709';
  const { matrix, assumption } = track.colours;
  if (matrix === null || assumption === null) return null;
  return matrix === 'bt2020nc' ? 'bt2020' : matrix;
}

/** From the curve of the recording to linear light, and through Hable's curve to that of ordinary video. */
function toneMapping({ matrix, primaries, transfer }: Colours): string[] {
  return [
    `setparams=colorspace=${matrix}:color_primaries=${primaries}:color_trc=${transfer}`,
    'zscale=t=linear:npl=100',
    'format=gbrpf32le',
    'zscale=p=bt709',
    'tonemap=tonemap=hable:desat=0',
    'zscale=t=bt709:m=bt709:r=tv',
    'format=yuv444p',
  ];
}

/** Primaries far from those of BT.709, as ffmpeg calls them, and as people do. */
const WIDE_GAMUTS: Readonly<Record<string, string>> = { bt2020: 'BT.2020', smpte431: 'DCI-P3', smpte432: 'Display P3' };
const CURVES = ['bt709', 'smpte170m', 'iec61966-2-1', 'bt2020-10', 'bt2020-12'];

/** Whether a track of ordinary range has the colours of a wide gamut, in a form that ffmpeg converts. */
function isConverted({ colours, pixelFormat, hasAlpha }: VideoTrack): boolean {
  const isYuv = /^yuvj?4(20|22|44)p/.test(pixelFormat) && !hasAlpha;
  return WIDE_GAMUTS[colours.primaries] !== undefined && isYuv;
}

function toOrdinaryGamut({ matrix, primaries, transfer }: Colours): string[] {
  const space = matrix === 'bt2020nc' || matrix === 'bt2020c' ? 'bt2020ncl' : (matrix ?? 'bt709');
  const curve = CURVES.includes(transfer) ? transfer : 'bt709';
  const from = `ispace=${space}:iprimaries=${primaries}:itrc=${curve}`;
  return ['format=yuv444p10', `colorspace=all=bt709:${from}:format=yuv444p10`];
}

/** What does not come in unchanged when a track becomes 8-bit frames, and what is assumed, a sentence each. */
export function conversionRemarks(track: VideoTrack, { deinterlaces = false }: FrameSelection = {}): string[] {
  const { hdr, bitDepth, colours, isInterlaced } = track;
  const remarks: string[] = [];
  if (isInterlaced && !deinterlaces) {
    remarks.push('The video is interlaced, so edges that move will show combs: add --deinterlace to remove them.');
  }
  if (colours.assumption !== null) {
    remarks.push(`The video does not say how its colours are coded: it is ${colours.assumption}.`);
  }
  if (hdr !== null) {
    remarks.push(`The video is HDR (${hdr}, ${bitDepth} bits): it is tone-mapped (Hable) to ordinary 8-bit colour.`);
    return remarks;
  }
  const gamut = WIDE_GAMUTS[colours.primaries];
  if (gamut !== undefined) {
    remarks.push(
      isConverted(track)
        ? `The colours of the video are converted from ${gamut} to BT.709; the most vivid ones are cut.`
        : `The colours of the video are ${gamut}: they are taken for BT.709 and come out paler; convert it first.`,
    );
  }
  if (bitDepth > 8) remarks.push(`The video has ${bitDepth} bits a channel: it is reduced to 8.`);
  return remarks;
}

/** @throws UserError if this ffmpeg cannot convert high dynamic range */
export async function requireToneMapping(ffmpeg: Ffmpeg, name: string): Promise<void> {
  const colours = { matrix: 'bt2020nc', primaries: 'bt2020', transfer: 'smpte2084', assumption: null };
  const filters = ['format=yuv420p10le', ...toneMapping(colours)].join(',');
  const source = ['-f', 'lavfi', '-i', 'color=s=16x16:d=0.1'];
  const { exitCode } = await runFfmpeg(ffmpeg, [...source, '-vf', filters, '-frames:v', '1', '-f', 'null', '-']);
  if (exitCode === 0) return;
  throw new UserError(
    `${name} is HDR video, which this ffmpeg (${ffmpeg.path}) cannot tone-map: use one built with libzimg, or convert the video to SDR first.`,
  );
}
