import { join } from 'node:path';
import { openBackend, type Translator, translationModel } from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { type DecodedVideo, decodeVideo } from '../decode/decode-video.ts';
import { openMediaInput } from '../ffmpeg/media-input.ts';
import { probeMedia } from '../ffmpeg/probe-media.ts';
import { channelsOf, type VideoFrame } from '../frame.ts';
import { ffmpeg, makeClip, temporaryFolder } from '../test-support/media.ts';
import { type FrameSegmenter, translateFrames } from './translate-frames.ts';
import { translateVideo } from './translate-video.ts';

const backend = await openBackend('cpu');
t.teardown(() => backend.close());
const folder = await temporaryFolder(t);
const at = (name: string) => join(folder, name);

/** Turns regions into their negatives. */
const translator: Translator = {
  parameters: new Map(),
  instancesPerChunk: 2,
  trained: { size: { width: 16, height: 16 } },
  model: {
    ...translationModel({ ngf: 2, ndf: 2, blocks: 1 }),
    generate: (_parameters, { image, masks, counts }) => ({ image: tf.neg(image), masks, counts }),
  },
};

/** Two objects that cross the frame, and from time to time none. */
const segment: FrameSegmenter = async ({ index }) =>
  index % 7 === 6
    ? []
    : [10, 60].map((top) => {
        const pixels = new Uint8Array(20 * 20).fill(255);
        return { box: { left: 5 + 3 * index, top, width: 20, height: 20 }, pixels };
      });

const how = { translator, segment, region: 'objects', background: 'keep' } as const;
const FRAMES = 40;
const moving = ['-f', 'lavfi', '-i', `testsrc2=s=160x90:r=10:d=${FRAMES / 10}`, '-c:v', 'ffv1'];
const clip = await makeClip(at('clip.mkv'), ...moving, '-pix_fmt', 'bgr0');
const transparent = await makeClip(
  at('transparent.mkv'),
  ...['-f', 'lavfi', '-i', `testsrc2=s=160x90:r=10:d=${FRAMES / 10}:alpha=120`, '-c:v', 'ffv1', '-pix_fmt', 'bgra'],
);

async function decoded(file: string): Promise<DecodedVideo> {
  const input = await openMediaInput(file);
  return decodeVideo(ffmpeg, input, await probeMedia(ffmpeg, input));
}

/** The pixels of all frames of a file. */
async function pixelsOf(file: string): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const { data } of (await decoded(file)).frames) all.push(data);
  return all;
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
}

async function* each(frames: readonly VideoFrame[]): AsyncGenerator<VideoFrame> {
  yield* frames;
}

for (const file of [clip, transparent]) {
  t.test(
    `frames translated in their own memory are those translated beside it: ${file.split('/').at(-1)}`,
    async (t) => {
      const { frames, format } = await decoded(file);
      const originals: VideoFrame[] = [];
      for await (const frame of frames) originals.push(frame);
      t.equal(originals.length, FRAMES);
      const copies = originals.map((frame) => ({ ...frame, data: Uint8Array.from(frame.data) }));
      const expected: Uint8Array[] = [];
      for await (const { data, original, index } of translateFrames(each(originals), format, how)) {
        expected.push(Uint8Array.from(data));
        if (index % 7 !== 6) t.not(data, original);
        t.ok(isSame(originals[index]?.data, copies[index]?.data), 'what goes in stays');
      }
      for await (const { data, index } of translateFrames(each(copies), format, { ...how, changesFrames: true })) {
        t.equal(data, copies[index]?.data, 'no other memory is taken');
        t.ok(isSame(data, expected[index]), `frame ${index}`);
      }
      const again = originals.map((frame) => ({ ...frame, data: Uint8Array.from(frame.data) }));
      const options = { ...how, changesFrames: true, blending: 0.5 };
      for await (const { index } of translateFrames(each(again), format, options)) {
        t.ok(isSame(again[index]?.data, originals[index]?.data), 'blending needs what was there');
      }
    },
  );
}

t.test('a video whose frames are used again holds each frame as if none were', async (t) => {
  const { frames, format } = await decoded(clip);
  const expected: Uint8Array[] = [];
  for await (const { data } of translateFrames(frames, format, how)) expected.push(data);
  const output = at('out.mkv');
  for await (const _ of translateVideo({ ...how, input: clip, output, codec: 'ffv1', partFrames: 7 }));
  const found = await pixelsOf(output);
  t.equal(found.length, FRAMES);
  for (const [index, data] of found.entries()) t.ok(isSame(data, expected[index]), `frame ${index}`);
  const compared = at('compared.mkv');
  for await (const _ of translateVideo({
    ...{ ...how, input: clip, output: compared, codec: 'ffv1', partFrames: 7, compares: true },
  }));
  const [originals, sheets] = [await pixelsOf(clip), await pixelsOf(compared)];
  const sheetWidth = (sheets[0] as Uint8Array).length / 3 / format.height;
  for (const [index, sheet] of sheets.entries()) {
    const column = (left: number) =>
      Buffer.concat(
        Array.from({ length: format.height }, (_, y) => {
          const start = 3 * (y * sheetWidth + left);
          return sheet.subarray(start, start + 3 * format.width);
        }),
      );
    t.ok(isSame(column(0), originals[index]), `original ${index}`);
    t.ok(isSame(column(sheetWidth - format.width), expected[index]), `translation ${index}`);
  }
});

t.test('frames that are given back are all the memory that decoding takes', async (t) => {
  const { frames, memory, format } = await decoded(clip);
  const places = new Set<ArrayBufferLike>();
  let count = 0;
  for await (const { data } of frames) {
    places.add(data.buffer);
    t.equal(data.length, format.width * format.height * channelsOf(format));
    count++;
    memory.giveBack(data);
  }
  t.equal(count, FRAMES);
  t.equal(places.size, 1);
});
