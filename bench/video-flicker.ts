// How much a translated video flickers: the warping error (Lai et al. 2018) of the input and of its translation frame by frame
// as pictures, with tracked instances and smoothed masks, and with blending. The last column is the mean over instances only.
//
//   npx tsx bench/video-flicker.ts --run DIR --input VIDEO (--masks DIR | --segmenter DIR) [--direction NAME] [--blend W]
//                                  [--fps N] [--size HxW] [--duration S] [--backend NAME] [--threads N] [--json]
import { parseArgs } from 'node:util';
import { boxedMask, translateSample, wholeMask } from '@instagan/core';
import { type TranslateFramesOptions, translateFrames, type VideoFrame, WarpingErrorMeter } from '@instagan/video';
import { openVideoSource, VIDEO_FLAGS } from './video-source.ts';

const { values: options } = parseArgs({ options: { ...VIDEO_FLAGS, blend: { type: 'string', default: '0.5' } } });
const source = await openVideoSource(options);
const { translator, segment } = source;
const { format, frames: decoded } = await source.decode();
if (format.hasAlpha) throw new Error(`${source.input} has transparent parts, which this benchmark does not measure.`);
const frames: VideoFrame[] = [];
for await (const frame of decoded) frames.push(frame);

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
await source.close();

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

/** With what was found in each frame, in the order of area, as `instagan translate` does. */
async function asPictures(): Promise<Uint8Array[]> {
  const results: Uint8Array[] = [];
  for (const frame of frames) {
    const output = await translateSample(translator, await sampleOf(frame));
    results.push(output.image);
  }
  return results;
}

async function sampleOf({ index, data: image }: VideoFrame) {
  const { width, height } = format;
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
      const pixels = wholeMask(boxedMask(mask, format), format);
      for (let p = 0; p < region.length; p++) region[p] = Math.max(region[p] as number, pixels[p] as number);
    }
    whole.update(frame.data, ofFrame);
    within.update(frame.data, ofFrame, region);
  }
  return [whole, within];
}
