import {
  type BackendName,
  type Background,
  type LoadedTranslator,
  loadTranslator,
  openBackend,
  type RegionKind,
  type TranslateOptions,
} from '@instagan/core';
import { loadSegmenter } from '@instagan/segmenter';
import { masksOfPictures, openFrameMasks } from '@instagan/tui/internals/masks';
import {
  type DecodedVideo,
  type DecodeOptions,
  decodeVideo,
  type Ffmpeg,
  type FrameSegmenter,
  findFfmpeg,
  openMediaInput,
  probeMedia,
} from '@instagan/video';

const text = { type: 'string' } as const;

/** The flags that the benchmarks of videos share, for `parseArgs`. */
export const VIDEO_FLAGS = {
  ...{ run: text, input: text, masks: text, segmenter: text, fps: text, size: text, duration: text, threads: text },
  direction: { type: 'string', default: 'AtoB' },
  region: { type: 'string', default: 'auto' },
  background: { type: 'string', default: 'keep' },
  backend: { type: 'string', default: 'wasm' },
  json: { type: 'boolean', default: false },
} as const;

export interface VideoFlags {
  readonly run?: string | undefined;
  readonly input?: string | undefined;
  readonly masks?: string | undefined;
  readonly segmenter?: string | undefined;
  readonly fps?: string | undefined;
  readonly size?: string | undefined;
  readonly duration?: string | undefined;
  readonly threads?: string | undefined;
  readonly direction: string;
  readonly region: string;
  readonly background: string;
  readonly backend: string;
}

/** What the flags of a benchmark of videos name, opened. */
export interface VideoSource {
  readonly input: string;
  readonly ffmpeg: Ffmpeg;
  readonly translator: LoadedTranslator;
  readonly segment: FrameSegmenter;
  readonly selection: DecodeOptions;
  /** What of a frame goes through the model, and what of it stays. */
  readonly how: Required<Pick<TranslateOptions, 'region' | 'background'>>;
  /** The video anew, from its start. */
  decode(): Promise<DecodedVideo>;
  close(): Promise<void>;
}

/** @throws Error if a flag is missing */
export async function openVideoSource(flags: VideoFlags): Promise<VideoSource> {
  const { run, input, fps, size, duration, threads } = flags;
  if (run === undefined || input === undefined || (flags.masks === undefined) === (flags.segmenter === undefined)) {
    throw new Error('Give --run DIR, --input VIDEO, and --masks DIR or --segmenter DIR.');
  }
  const backend = await openBackend(
    flags.backend as BackendName,
    threads === undefined ? {} : { threads: Number(threads) },
  );
  const ffmpeg = await findFfmpeg();
  const opened = await openMediaInput(input, fps === undefined ? {} : { sequenceFps: Number(fps) });
  const info = await probeMedia(ffmpeg, opened);
  const [height = 0, width = 0] = (size ?? '').split('x').map(Number);
  const selection: DecodeOptions = {
    ...(fps === undefined ? {} : { fps: Number(fps) }),
    ...(size === undefined ? {} : { size: { height, width } }),
    ...(duration === undefined ? {} : { durationSeconds: Number(duration) }),
  };
  return {
    input,
    ffmpeg,
    translator: await loadTranslator(run, flags.direction === 'BtoA' ? 'BtoA' : 'AtoB', backend),
    segment: await openMasks(flags),
    selection,
    how: { region: flags.region as RegionKind, background: flags.background as Background },
    decode: () => decodeVideo(ffmpeg, opened, info, selection),
    close: () => backend.close(),
  };
}

async function openMasks({ masks, segmenter }: VideoFlags): Promise<FrameSegmenter> {
  if (masks !== undefined) return openFrameMasks(masks);
  const loaded = await loadSegmenter(segmenter as string);
  return async ({ width, height, image }) => {
    const [found = []] = await masksOfPictures(loaded, [{ width, height, data: image }]);
    return found;
  };
}
