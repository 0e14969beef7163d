// How much a translated video flickers: the warping error (Lai et al. 2018) of the input and of its translation frame by frame
// as pictures, with tracked instances and smoothed masks, and with blending. The last column is the mean over instances only.
//
//   npx tsx bench/video-flicker.ts --run DIR --input VIDEO (--masks DIR | --segmenter DIR) [--direction NAME] [--blend W]
//                                  [--fps N] [--size HxW] [--duration S] [--backend NAME] [--threads N] [--json]
import { parseArgs } from 'node:util';
import {
  type BackendName,
  bytesFromValues,
  loadTranslator,
  openBackend,
  type Sample,
  translateSample,
} from '@instagan/core';
import { loadSegmenter, masksOfInstances } from '@instagan/segmenter';
import {
  decodeVideo,
  type FrameSegmenter,
  findFfmpeg,
  openMediaInput,
  probeMedia,
  type TranslateFramesOptions,
  translateFrames,
  type VideoFrame,
  WarpingErrorMeter,
} from '@instagan/video';
import { segmentPictures } from '../packages/tui/src/actions/segment-pictures.ts';
import { openFrameMasks } from '../packages/tui/src/actions/video-masks.ts';

const text = { type: 'string' } as const;
const { values: options } = parseArgs({
  options: {
    ...{ run: text, input: text, masks: text, segmenter: text, fps: text, size: text, duration: text, threads: text },
    direction: { type: 'string', default: 'AtoB' },
    backend: { type: 'string', default: 'wasm' },
    blend: { type: 'string', default: '0.5' },
    json: { type: 'boolean', default: false },
  },
});
const { run, input } = options;
if (run === undefined || input === undefined || (options.masks === undefined) === (options.segmenter === undefined)) {
  throw new Error('Give --run DIR, --input VIDEO, and --masks DIR or --segmenter DIR.');
}

const threads = options.threads === undefined ? {} : { threads: Number(options.threads) };
const backend = await openBackend(options.backend as BackendName, threads);
const translator = await loadTranslator(run, options.direction === 'BtoA' ? 'BtoA' : 'AtoB');
const segment = await findMasks();
const { format, frames } = await readVideo(input);

const inputs = frames.map(({ data }) => data);
const alike = { translator, segment };
const videos = new Map([
  ['input', inputs],
  ['each frame as a picture', await asPictures()],
  ['tracked', await translated({ ...alike, tracking: { maskSmoothing: 0, bridgeFrames: 0 } })],
  ['tracked, masks smoothed', await translated(alike)],
  [`and blended, ${options.blend}`, await translated({ ...alike, blending: Number(options.blend) })],
]);
const [whole, within] = await measure();
await backend.close();

if (options.json) {
  const results = [...videos.keys()].map((name) => ({ name, whole: whole.result(name), within: within.result(name) }));
  process.stdout.write(`${JSON.stringify({ frames: frames.length, ...format, results }, null, 2)}\n`);
} else {
  const counted = `${Math.round(100 * whole.result('input').seenShare)} % of the pixels are seen in both of two frames`;
  process.stdout.write(`${frames.length} frames, ${format.width}x${format.height}; ${counted}\n`);
  process.stdout.write(`${'warping error x 1000'.padEnd(28)}  whole  instances\n`);
  for (const name of videos.keys()) {
    const figures = [whole, within].map((meter) => (1000 * meter.result(name).error).toFixed(3).padStart(7));
    process.stdout.write(`${name.padEnd(27)}${figures.join('    ')}\n`);
  }
}

async function findMasks(): Promise<FrameSegmenter> {
  if (options.masks !== undefined) return openFrameMasks(options.masks);
  const segmenter = await loadSegmenter(options.segmenter as string);
  return async ({ width, height, image }) => {
    const [found] = await segmentPictures(segmenter, [{ width, height, data: bytesFromValues(image) }], {});
    return found === undefined ? [] : masksOfInstances(found);
  };
}

async function readVideo(name: string) {
  const ffmpeg = await findFfmpeg();
  const opened = await openMediaInput(name, options.fps === undefined ? {} : { sequenceFps: Number(options.fps) });
  const info = await probeMedia(ffmpeg, opened);
  const [height = 0, width = 0] = (options.size ?? '').split('x').map(Number);
  const video = await decodeVideo(ffmpeg, opened, info, {
    ...(options.fps === undefined ? {} : { fps: Number(options.fps) }),
    ...(options.size === undefined ? {} : { size: { height, width } }),
    ...(options.duration === undefined ? {} : { durationSeconds: Number(options.duration) }),
  });
  if (video.format.hasAlpha) throw new Error(`${name} has transparent parts, which this benchmark does not measure.`);
  const frames: VideoFrame[] = [];
  for await (const frame of video.frames) frames.push(frame);
  return { format: video.format, frames };
}

/** With what was found in each frame, in the order of area, as `instagan translate` does. */
async function asPictures(): Promise<Uint8Array[]> {
  const results: Uint8Array[] = [];
  for (const frame of frames) {
    const output = await translateSample(translator, await sampleOf(frame));
    results.push(bytesFromValues(output.image));
  }
  return results;
}

async function sampleOf({ index, data }: VideoFrame): Promise<Sample> {
  const { width, height } = format;
  const image = Float32Array.from(data, (value) => value / 127.5 - 1);
  return { name: `frame ${index}`, width, height, image, masks: await segment({ index, width, height, image }) };
}

async function translated(settings: TranslateFramesOptions): Promise<Uint8Array[]> {
  const results: Uint8Array[] = [];
  for await (const { data } of translateFrames(eachFrame(), format, settings)) results.push(data);
  return results;
}

async function* eachFrame(): AsyncGenerator<VideoFrame> {
  yield* frames;
}

/** Of whole frames, and of what any mask of the input covers. */
async function measure(): Promise<[WarpingErrorMeter, WarpingErrorMeter]> {
  const [whole, within] = [new WarpingErrorMeter(format), new WarpingErrorMeter(format)];
  for (const [i, frame] of frames.entries()) {
    const ofFrame = new Map([...videos].map(([name, pictures]) => [name, pictures[i] as Uint8Array]));
    const region = new Float32Array(format.width * format.height).fill(-1);
    for (const mask of (await sampleOf(frame)).masks) {
      for (let p = 0; p < region.length; p++) region[p] = Math.max(region[p] as number, mask[p] as number);
    }
    whole.update(frame.data, ofFrame);
    within.update(frame.data, ofFrame, region);
  }
  return [whole, within];
}
