import { type SizePx, UsageError, UserError } from '@instagan/core';
import { mainMessage, runFfmpeg } from '../ffmpeg/ffmpeg-process.ts';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.ts';
import type { CodecName, ContainerName, OutputFormat } from './output-format.ts';

/** How an encoder of ffmpeg is called. */
export interface Encoder {
  /** As ffmpeg names it. */
  readonly name: string;
  /** Before the input, such as the device. */
  readonly globalArgs: readonly string[];
  /** Filters after the conversion of colours. */
  readonly filters: readonly string[];
  /** Its own pixel format. */
  readonly pixelFormat: string;
  readonly args: readonly string[];
  /** Container for its parts. */
  readonly partContainer: 'mp4' | 'mov' | 'mkv';
  /** Whether its pixels are YUV with colours at half the resolution, so that sides must be even. */
  readonly needsEvenSides: boolean;
}

export interface EncoderOptions {
  /** Constant rate factor: lower is better and larger. @default depends on the codec, visually lossless for most */
  readonly crf?: number;
  /** `hardware`: an encoder of the GPU. @default 'software' */
  readonly encoder?: 'software' | 'hardware';
}

interface Candidate {
  readonly name: string;
  readonly quality: (crf: number) => readonly string[];
  readonly globalArgs?: readonly string[];
  readonly filters?: readonly string[];
  readonly pixelFormat?: string;
}

const DEFAULT_CRF: Readonly<Record<CodecName, number>> = { h264: 18, hevc: 20, vp9: 24, av1: 26, prores: 0, ffv1: 0 };
/** Codecs that are not here have no such scale, and take any. */
const MAX_CRF: Readonly<Partial<Record<CodecName, number>>> = { h264: 51, hevc: 51, vp9: 63, av1: 63 };

const crfArgs =
  (...rest: string[]) =>
  (crf: number) => ['-crf', `${crf}`, ...rest];

const PRORES_COLOURS = ['-bsf:v', 'prores_metadata=color_primaries=bt709:color_trc=bt709:colorspace=bt709'];

const SOFTWARE: Readonly<Record<CodecName, readonly Candidate[]>> = {
  h264: [{ name: 'libx264', quality: crfArgs('-preset', 'medium') }],
  // ffmpeg 4 does not pass -bf on to it.
  hevc: [{ name: 'libx265', quality: crfArgs('-preset', 'medium', '-x265-params', 'log-level=error:bframes=0') }],
  vp9: [{ name: 'libvpx-vp9', quality: crfArgs('-b:v', '0', '-deadline', 'good', '-cpu-used', '2', '-row-mt', '1') }],
  av1: [
    { name: 'libsvtav1', quality: crfArgs('-preset', '6') },
    { name: 'libaom-av1', quality: crfArgs('-b:v', '0', '-cpu-used', '6', '-strict', 'experimental') },
  ],
  // Before version 6 ffmpeg does not write the colours of HDTV into the frames unless they are put in afterwards.
  prores: [{ name: 'prores_ks', quality: () => ['-profile:v', '3', ...PRORES_COLOURS], pixelFormat: 'yuv422p10le' }],
  ffv1: [{ name: 'ffv1', quality: () => ['-level', '3', '-g', '1'], pixelFormat: 'bgr0' }],
};

const MIN_SLICED_SIDE_PX = 8;

/** Of NVIDIA, Apple, Intel, AMD, and Linux's common interface, in this order. */
const HARDWARE: readonly (Omit<Candidate, 'name'> & { readonly suffix: string })[] = [
  { suffix: 'nvenc', quality: (crf) => ['-rc', 'vbr', '-cq', `${crf}`, '-b:v', '0'] },
  // Its scale runs from 1, the worst, to 100.
  { suffix: 'videotoolbox', quality: (crf) => ['-q:v', `${Math.max(1, Math.round(100 - crf * 1.8))}`] },
  { suffix: 'qsv', quality: (crf) => ['-global_quality', `${crf}`], pixelFormat: 'nv12' },
  { suffix: 'amf', quality: (crf) => ['-rc', 'cqp', '-qp_i', `${crf}`, '-qp_p', `${crf}`] },
  {
    suffix: 'vaapi',
    quality: (crf) => ['-qp', `${crf}`],
    globalArgs: ['-vaapi_device', '/dev/dri/renderD128'],
    filters: ['format=nv12', 'hwupload'],
    pixelFormat: 'vaapi',
  },
];

/**
 * Whether a format is encoded only when the parts are joined: GIFs, pictures, and VP9 with transparency, whose alpha
 * channel ffmpeg loses when it copies a track.
 */
export function isEncodedLast({ codec, keepsAlpha }: Pick<OutputFormat, 'codec' | 'keepsAlpha'>): boolean {
  return codec === null || (codec === 'vp9' && keepsAlpha);
}

/** Arguments of ffmpeg for VP9 with transparency. */
export function transparentVp9({ crf = DEFAULT_CRF.vp9 }: EncoderOptions): string[] {
  const candidate = SOFTWARE.vp9[0] as Candidate;
  const encoder = encoderOf(candidate, 'vp9', 'webm', false, crf);
  return encoderArguments({ ...encoder, pixelFormat: 'yuva420p', args: [...encoder.args, '-auto-alt-ref', '0'] });
}

/** Sides of the test picture, at most: some encoders take no smaller one than 64 pixels, but none minds this. */
const TEST_SIDE_PX = 256;

/**
 * Chooses the encoder of the parts: the first that encodes a test picture.
 *
 * @param size of the frames, as far as it is known
 * @throws UsageError if the codec does not go as far as `crf`; UserError if no encoder works
 */
export async function chooseEncoder(
  ffmpeg: Ffmpeg,
  { codec, container, keepsAlpha }: OutputFormat,
  { crf, encoder = 'software' }: EncoderOptions = {},
  size: SizePx = { width: TEST_SIDE_PX, height: TEST_SIDE_PX },
): Promise<Encoder> {
  const maxCrf = codec === null ? undefined : MAX_CRF[codec];
  if (crf !== undefined && maxCrf !== undefined && crf > maxCrf) {
    throw new UsageError(`${codec} has no quality ${crf}: give --crf a whole number from 0 to ${maxCrf}.`);
  }
  // What is encoded when the parts are joined is kept without loss until then.
  const partCodec = codec === null || isEncodedLast({ codec, keepsAlpha }) ? 'ffv1' : codec;
  const isHardware = encoder === 'hardware' && codec === partCodec;
  const candidates = isHardware
    ? HARDWARE.map(({ suffix, ...rest }) => ({ name: `${partCodec}_${suffix}`, ...rest }))
    : SOFTWARE[partCodec];
  const [width, height] = [size.width, size.height].map((side) => 2 * Math.ceil(Math.min(side, TEST_SIDE_PX) / 2));
  const failures: string[] = [];
  for (const candidate of candidates) {
    const fitting = isHardware ? candidate : fitToSize(candidate, size);
    const chosen = encoderOf(fitting, partCodec, container, keepsAlpha, crf ?? DEFAULT_CRF[partCodec]);
    const end = await runFfmpeg(ffmpeg, [
      ...chosen.globalArgs,
      ...['-f', 'lavfi', '-i', `color=s=${width}x${height}:d=0.1`, '-frames:v', '1'],
      ...encoderArguments(chosen),
      ...['-f', 'null', '-'],
    ]);
    if (end.exitCode === 0) return chosen;
    failures.push(`${candidate.name}: ${mainMessage(end)}`);
  }
  const fix = isHardware ? 'leave --encoder hardware out' : `use an ffmpeg that has it, or another --codec`;
  const what = isHardware
    ? `No encoder of a GPU for ${partCodec} works here`
    : `This ffmpeg cannot encode ${partCodec}`;
  throw new UserError(`${what} (${failures.join('; ')}): ${fix}.`);
}

/** ffv1 cuts a picture into 2x2 slices or more, and loses those of a few pixels without a word: its first version has none. */
function fitToSize(candidate: Candidate, { width, height }: SizePx): Candidate {
  const isTiny = candidate.name === 'ffv1' && Math.min(width, height) < MIN_SLICED_SIDE_PX;
  return isTiny ? { ...candidate, quality: () => ['-level', '1', '-g', '1'] } : candidate;
}

function encoderOf(
  candidate: Candidate,
  codec: CodecName,
  container: ContainerName,
  keepsAlpha: boolean,
  crf: number,
): Encoder {
  const alphaFormats: Partial<Record<CodecName, string>> = { prores: 'yuva444p10le', ffv1: 'bgra' };
  const pixelFormat = (keepsAlpha ? alphaFormats[codec] : undefined) ?? candidate.pixelFormat ?? 'yuv420p';
  const args = [...candidate.quality(crf)];
  // Parts can be joined at exact times only if frames lie in the order in which they are shown: no B-frames.
  if (codec === 'h264' || codec === 'hevc') args.push('-bf', '0');
  if (keepsAlpha && codec === 'prores') args.push('-profile:v', '4');
  if (codec === 'hevc' && container !== 'mkv') args.push('-tag:v', 'hvc1');
  const partContainer = codec === 'prores' ? 'mov' : codec === 'ffv1' ? 'mkv' : 'mp4';
  return {
    name: candidate.name,
    globalArgs: candidate.globalArgs ?? [],
    filters: candidate.filters ?? [],
    pixelFormat,
    args,
    partContainer,
    needsEvenSides: codec === 'h264' || codec === 'hevc' || codec === 'av1' || codec === 'prores',
  };
}

/** ffmpeg's arguments between the raw frames and the name of the file. Colours are those of HDTV, and tagged so. */
export function encoderArguments({ name, args, filters, pixelFormat }: Encoder): string[] {
  const isRgb = /^(bgr|rgb)/.test(pixelFormat);
  const conversion = isRgb
    ? []
    : ['scale=flags=bicubic+accurate_rnd+full_chroma_int:out_color_matrix=bt709:out_range=tv'];
  const chain = [...conversion, ...(filters.length > 0 ? filters : [`format=${pixelFormat}`])];
  const tags = isRgb
    ? []
    : ['-color_range', 'tv', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];
  return ['-filter:v:0', chain.join(','), '-c:v:0', name, ...args, ...tags];
}
