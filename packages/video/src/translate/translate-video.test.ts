import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBackend, type Translator, translationModel, trimmedMask } from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { decodeVideo } from '../decode/decode-video.ts';
import { openMediaInput } from '../ffmpeg/media-input.ts';
import { probeMedia } from '../ffmpeg/probe-media.ts';
import { ffmpeg, makeClip, probe, sharedClip, temporaryFolder } from '../test-support/media.ts';
import { type FrameSegmenter, translateFrames } from './translate-frames.ts';
import { joinShards, type TranslateVideoOptions, translateVideo } from './translate-video.ts';
import type { VideoProgress } from './video-progress.ts';

const backend = await openBackend('cpu');
t.teardown(() => backend.close());
const folder = await temporaryFolder(t);
const at = (name: string) => join(folder, name);

/** Turns the picture into its negative. */
const translator: Translator = {
  parameters: new Map(),
  instancesPerChunk: 2,
  model: {
    ...translationModel({ ngf: 2, ndf: 2, blocks: 1 }),
    generate: (_parameters, { image, masks, counts }) => ({ image: tf.neg(image), masks, counts }),
  },
};

/** One instance, the left half. */
const leftHalf: FrameSegmenter = async ({ width, height }) => [
  Float32Array.from({ length: width * height }, (_, i) => (i % width < width / 2 ? 1 : -1)),
];

async function run(options: Omit<TranslateVideoOptions, 'translator' | 'segment'> & { segment?: FrameSegmenter }) {
  const events: VideoProgress[] = [];
  for await (const event of translateVideo({ translator, segment: leftHalf, ...options })) events.push(event);
  return events;
}

/** Names of all that lies in a folder. */
const names = () => readdir(folder);

function near(a: readonly number[], b: readonly number[], tolerance: number): boolean {
  return a.length === b.length && a.every((value, i) => Math.abs(value - (b[i] as number)) <= tolerance);
}

/** Pictures that tell their number: the grey of frame n is 5 n. */
const NUMBERED =
  "color=black:s=32x32:r=10:d=2.4,format=yuv444p,geq=lum='16+N*8':cb=128:cr=128,scale=out_color_matrix=bt709";

const numbered = await makeClip(
  at('numbered.mkv'),
  ...['-f', 'lavfi', '-i', NUMBERED, '-f', 'lavfi', '-i', 'sine=d=2.4', '-c:v', 'ffv1', '-c:a', 'aac', '-shortest'],
);

/** The mean of the colours of each frame of a file. */
async function greys(file: string): Promise<number[]> {
  const input = await openMediaInput(file);
  const { frames, format } = await decodeVideo(ffmpeg, input, await probeMedia(ffmpeg, input));
  const means: number[] = [];
  for await (const { data } of frames) {
    const colours = data.filter((_, i) => !format.hasAlpha || i % 4 !== 3);
    means.push(colours.reduce((sum, value) => sum + value, 0) / colours.length);
  }
  return means;
}

/** Each frame once, in order, and negative. */
function isWholeNegative(means: readonly number[]): boolean {
  return means.length === 24 && means.every((mean, i) => Math.abs(255 - mean - (i * 8 * 255) / 219) < 4);
}

t.test('a clip comes out with every frame at its time, the same length and the same sound', async (t) => {
  const select = "select='lt(n,4)+not(mod(n,5))+not(mod(n,7))'";
  const input = await makeClip(
    at('uneven.mp4'),
    ...['-f', 'lavfi', '-i', 'testsrc=s=48x32:d=2:r=30', '-f', 'lavfi', '-i', 'sine=d=2', '-vf', select, '-vsync', '0'],
  );
  const before = await probe(input);
  const events = await run({ input, output: at('uneven-out.mp4'), partFrames: 7 });
  const after = await probe(at('uneven-out.mp4'));
  t.ok(near(after.times, before.times, 1e-4), 'uneven times too');
  t.match(after, { width: 48, height: 32, codec: 'h264', colourSpace: 'bt709', audio: before.audio });
  t.ok(Math.abs(after.durationSeconds - before.durationSeconds) < 0.15);
  t.match(events[0], { type: 'started', width: 48, height: 32, resumedFrames: 0, encoder: 'libx264' });
  t.match(events.at(-1), {
    type: 'finished',
    output: at('uneven-out.mp4'),
    doneFrames: before.times.length,
    isStopped: false,
  });
  t.equal(events.filter(({ type }) => type === 'frame').length, before.times.length);
  t.notOk(
    (await names()).some((name) => /parts|unfinished/.test(name)),
    'nothing else is left',
  );
});

t.test('what is translated is what is seen', async (t) => {
  await run({ input: numbered, output: at('negative.mkv'), codec: 'ffv1' });
  t.ok(isWholeNegative(await greys(at('negative.mkv'))));
  const untouched: FrameSegmenter = async () => [];
  await run({ input: numbered, output: at('same.mkv'), codec: 'ffv1', segment: untouched });
  t.same(await greys(at('same.mkv')), await greys(numbered), 'frames without an instance keep every bit');
});

t.test('stopped, it leaves a file that plays; resumed, it has every frame once', async (t) => {
  const output = at('stopped.mp4');
  const controller = new AbortController();
  const options = { input: numbered, output, crf: 1, partFrames: 5 };
  for await (const event of translateVideo({ ...options, translator, segment: leftHalf, signal: controller.signal })) {
    if (event.type === 'frame' && event.doneFrames === 12) controller.abort();
    if (event.type === 'finished') t.match(event, { isStopped: true, output });
  }
  const short = await probe(output);
  t.ok(short.times.length >= 12 && short.times.length < 24);
  t.ok(Math.abs(short.durationSeconds - short.times.length / 10) < 0.15, 'its sound is as short');
  await t.rejects(run(options), /holds \d+ frames of an earlier run: go on with --resume/);
  await t.rejects(run({ ...options, crf: 2, resumes: true }), /another encoder/, 'other settings are not mixed in');
  const events = await run({ ...options, resumes: true });
  t.match(events[0], { type: 'started', resumedFrames: short.times.length });
  t.ok(isWholeNegative(await greys(output)));
  t.notOk(existsSync(`${output}.parts`));
});

t.test('left in the middle, as by a crash, it loses one part at most and leaves no half file', async (t) => {
  const output = at('killed.mp4');
  const options = { input: numbered, output, crf: 1, partFrames: 4 };
  for await (const event of translateVideo({ ...options, translator, segment: leftHalf })) {
    if (event.type === 'frame' && event.doneFrames === 14) break;
  }
  t.notOk(existsSync(output));
  const [started] = await run({ ...options, resumes: true });
  t.match(started, { type: 'started' });
  if (started?.type === 'started') t.ok(started.resumedFrames >= 8 && started.resumedFrames <= 12);
  t.ok(isWholeNegative(await greys(output)));
});

t.test('shards on different machines make the same video, done twice or once', async (t) => {
  const output = at('sharded.mp4');
  const options = { input: numbered, output, crf: 1, partFrames: 3 };
  await run({ ...options, shard: { number: 3, count: 3 } });
  await t.rejects(joinShards(options), /Shard 1\/3, 2\/3 of .* is not finished/);
  await run({ ...options, shard: { number: 1, count: 3 } });
  await run({ ...options, shard: { number: 2, count: 3 } });
  const again = await run({ ...options, shard: { number: 2, count: 3 } });
  t.equal(again.length, 1, 'a shard that is done is not done again');
  const other = await makeClip(at('other.mp4'), '-f', 'lavfi', '-i', 'color=s=32x32:d=2.4:r=10');
  await t.rejects(joinShards({ ...options, input: other }), {
    name: 'UsageError',
    message: /were not made from .*other\.mp4: name their video as --input/,
  });
  for (const [more, message] of [
    [{ durationSeconds: 1 }, /made with another --duration: leave it out/],
    [{ codec: 'hevc' }, /made with another --container or --codec/],
  ] as const)
    await t.rejects(joinShards({ ...options, ...more }), { name: 'UsageError', message });
  t.equal((await joinShards(options)).doneFrames, 24);
  t.ok(isWholeNegative(await greys(output)));
  t.equal((await probe(output)).audio.length, 1);
});

t.test(
  'blended, a resumed video is the same as one made at once: the frames before the seam are blended too',
  async (t) => {
    const options = { input: numbered, crf: 1, partFrames: 6, blending: 0.8 };
    await run({ ...options, output: at('blended.mp4') });
    const resumed = { ...options, output: at('blended-later.mp4') };
    for await (const event of translateVideo({ ...resumed, translator, segment: leftHalf })) {
      if (event.type === 'frame' && event.doneFrames === 14) break;
    }
    await t.rejects(run({ ...resumed, blending: 0.7, resumes: true }), /another tracking/);
    await run({ ...resumed, resumes: true });
    const [whole, later] = [await greys(at('blended.mp4')), await greys(at('blended-later.mp4'))];
    t.ok(near(whole, later, 1), `${whole} and ${later}`);
    await run({ ...options, blending: 0, output: at('unblended.mp4') });
    t.notOk(near(whole, await greys(at('unblended.mp4')), 2));
  },
);

t.test('after a cut nothing wears the mask of the scene before, however smooth masks are', async (t) => {
  const cut = await makeClip(
    at('cut.mkv'),
    ...['-f', 'lavfi', '-i', 'color=0x006400:s=32x32:r=10:d=0.6,drawbox=4:4:12:12:white:fill', '-f', 'lavfi', '-i'],
    ...['color=0x00008C:s=32x32:r=10:d=0.6,drawbox=8:10:20:14:orange:fill', '-lavfi', 'concat', '-c:v', 'ffv1'],
    ...['-pix_fmt', 'bgr0'],
  );
  const box = (left: number, top: number, width: number, height: number) => (_: unknown, i: number) => {
    const [x, y] = [i % 32, Math.floor(i / 32)];
    return x >= left && x < left + width && y >= top && y < top + height ? 1 : -1;
  };
  const masks = [box(4, 4, 12, 12), box(8, 10, 20, 14)].map((inside) => Float32Array.from({ length: 1024 }, inside));
  const input = await openMediaInput(cut);
  const { frames, format } = await decodeVideo(ffmpeg, input, await probeMedia(ffmpeg, input));
  const segment: FrameSegmenter = async ({ index }) => [masks[index < 6 ? 0 : 1] as Float32Array];
  const options = { translator, segment, blending: 0.9, tracking: { maskSmoothing: 0.9 } };
  for await (const { index, instances, data, original } of translateFrames(frames, format, options)) {
    const mask = masks[index < 6 ? 0 : 1] as Float32Array;
    t.match(instances, [{ id: index < 6 ? 0 : 1, mask: trimmedMask(mask, format) }], `frame ${index}`);
    if (index === 6)
      t.same(
        data,
        original.map((value) => 255 - value),
        'the background, too, is its own',
      );
  }
});

t.test('instances of a frame are translated as many at once as is asked for', async (t) => {
  const halves: FrameSegmenter = async (frame) => {
    const [left] = await leftHalf(frame);
    return [left as Float32Array, (left as Float32Array).map((value) => -value)];
  };
  const options = { input: numbered, codec: 'ffv1', segment: halves } as const;
  await run({ ...options, output: at('at-once.mkv') });
  t.ok(isWholeNegative(await greys(at('at-once.mkv'))), 'the model was trained with two');
  await run({ ...options, output: at('one-by-one.mkv'), instancesPerChunk: 1 });
  t.ok(near(await greys(at('one-by-one.mkv')), await greys(numbered), 1), 'the negative of the negative');
});

t.test('pictures of a few pixels come out as they went in', async (t) => {
  for (const size of ['1x1', '3x7']) {
    const input = await makeClip(
      at('few.mkv'),
      '-f',
      'lavfi',
      '-i',
      `color=red:s=16x16:r=10:d=0.2,scale=${size.replace('x', ':')}`,
      '-c:v',
      'rawvideo',
    );
    await run({ input, output: at('few-out.mkv'), codec: 'ffv1', segment: async () => [], overwrites: true });
    const [before, after] = [await greys(input), await greys(at('few-out.mkv'))];
    t.equal(after.length, 2);
    t.ok(near(after, before, 0.01) && (after[0] as number) > 80, `${size}: ${after} for ${before}`);
  }
});

t.test('two translations never write to one output', async (t) => {
  const output = at('twice.mp4');
  const controller = new AbortController();
  const options = { input: numbered, output, translator, segment: leftHalf, signal: controller.signal };
  for await (const { type } of translateVideo(options)) {
    if (type !== 'frame' || controller.signal.aborted) continue;
    await t.rejects(run({ input: numbered, output, resumes: true }), {
      name: 'UserError',
      message: /twice\.mp4\.parts\S+ is being written by process \d+ on \S+: stop that translation first/,
    });
    controller.abort();
  }
});

t.test('at the first damage it ends, and what comes before is kept and gone on from', async (t) => {
  // Frames larger than a pipe, so that ffmpeg does not run ahead of them.
  const input = await makeClip(at('damaged.mp4'), '-f', 'lavfi', '-i', 'testsrc=s=320x240:d=4:r=10', '-g', '5');
  const bytes = await readFile(input);
  for (let i = 0; i < 400; i++) bytes[Math.floor(bytes.length * 0.6) + i] = (i * 37) % 251;
  await writeFile(input, bytes);
  const output = at('before.mp4');
  await t.rejects(run({ input, output, partFrames: 5 }), {
    name: 'UserError',
    message:
      /damaged\.mp4 is damaged near \d\.\d s \(.*\): .*before\.mp4 holds what comes before; .*--tolerate-damage --resume/,
  });
  const { length } = (await probe(output)).times;
  t.ok(length >= 5 && length < 35, `${length} frames`);
  const [started] = await run({ input, output, partFrames: 5, resumes: true, toleratesDamage: true });
  t.match(started, { type: 'started', resumedFrames: length });
  t.ok((await probe(output)).times.length > 35);
  t.notOk(existsSync(`${output}.parts`));
});

t.test('--compare shows original, masks and translation', async (t) => {
  const events = await run({ input: numbered, output: at('compare.mp4'), compares: true, durationSeconds: 0.5 });
  t.match(events[0], { width: 3 * 32 + 2 * 4, height: 32 });
  const after = await probe(at('compare.mp4'));
  t.equal(after.times.length, 5);
  t.equal(after.width, 104);
});

t.test('every format is written, sound and subtitles as it can hold them', async (t) => {
  await mkdir(at('frames'));
  const subtitles = at('words.srt');
  await writeFile(subtitles, '1\n00:00:00,000 --> 00:00:02,000\nBaa\n');
  const input = await makeClip(
    at('full.mkv'),
    ...['-f', 'lavfi', '-i', 'testsrc=s=31x25:d=1:r=10', '-f', 'lavfi', '-i', 'sine=d=1', '-i', subtitles],
    ...['-c:v', 'ffv1', '-c:a', 'flac', '-c:s', 'srt'],
  );
  for (const [name, expected] of [
    ['all.mp4', { codec: 'h264', width: 32, height: 26, audio: [{ codec: 'aac' }], subtitles: ['mov_text'] }],
    ['all.mkv', { codec: 'h264', width: 32, audio: [{ codec: 'flac' }], subtitles: ['subrip'] }],
    ['all.webm', { codec: 'vp9', width: 31, height: 25, audio: [{ codec: 'opus' }], subtitles: ['webvtt'] }],
    ['all.gif', { codec: 'gif', width: 31, height: 25, audio: [], subtitles: [] }],
  ] as const) {
    const events = await run({ input, output: at(name) });
    const after = await probe(at(name));
    t.match(after, expected, name);
    t.equal(after.times.length, 10, name);
    const remarks = events.flatMap((event) => ('remarks' in event ? event.remarks : []));
    t.equal(
      remarks.some((remark) => /even sides/.test(remark)),
      /mp4|mkv/.test(name),
      `${name}: odd sides are told`,
    );
    t.equal(
      remarks.some((remark) => /sound/.test(remark)),
      !/mkv/.test(name),
      `${name}: other sound is told`,
    );
  }
  await run({ input, output: at('all.mov'), codec: 'prores' });
  t.match(await probe(at('all.mov')), { codec: 'prores', colourSpace: 'bt709' });
  await run({ input, output: at('frames/%03d.png') });
  t.equal((await readdir(at('frames'))).length, 10);
  const untouched: FrameSegmenter = async () => [];
  await run({ input, output: at('frames/w%03d.webp'), segment: untouched });
  t.same(await greys(at('frames/w%03d.webp')), await greys(input), 'without loss');
});

t.test('transparent parts stay so where the format can hold them, and are laid on white where not', async (t) => {
  const glass = [
    '-f',
    'lavfi',
    '-i',
    'color=red@0.5:s=32x32:d=0.3:r=10,format=rgba',
    '-c:v',
    'libvpx-vp9',
    '-pix_fmt',
    'yuva420p',
  ];
  const input = await makeClip(at('glass.webm'), ...glass);
  const untouched: FrameSegmenter = async () => [];
  await run({ input, output: at('glass-out.webm'), segment: untouched });
  const opened = await openMediaInput(at('glass-out.webm'));
  t.equal((await probeMedia(ffmpeg, opened)).video.hasAlpha, true);
  await run({ input, output: at('glass-out.mp4'), segment: untouched, crf: 1 });
  const [mean] = await greys(at('glass-out.mp4'));
  t.ok(Math.abs((mean as number) - (255 + 127 + 127) / 3) < 6, `half red on white is ${mean}`);
});

t.test('what cannot work is one clear error, and nothing is left', async (t) => {
  const before = await names();
  await t.rejects(run({ input: numbered, output: at('x.txt') }), /does not tell the format/);
  await t.rejects(run({ input: numbered, output: at('x.webm'), codec: 'h264' }), /webm cannot hold h264/);
  await t.rejects(run({ input: numbered, output: numbered }), /would overwrite/);
  await t.rejects(run({ input: numbered, output: at('none/x.mp4') }), /There is no folder/);
  await t.rejects(run({ input: numbered, output: at('x.mp4'), startSeconds: 99 }), /lies behind the end/);
  await t.rejects(
    run({ input: numbered, output: at('x.mp4'), encoder: 'hardware', codec: 'hevc' }),
    /leave --encoder hardware out/,
  );
  const broken: FrameSegmenter = async () => {
    throw new Error('the model broke');
  };
  await t.rejects(run({ input: numbered, output: at('x.mp4'), segment: broken }), /the model broke/);
  const checkFits = async ({ width, height }: { width: number; height: number }) => {
    throw new Error(`${width}x${height} is too large`);
  };
  await t.rejects(run({ input: numbered, output: at('x.mp4'), segment: broken, checkFits }), /32x32 is too large/);
  t.same(await names(), before);
});

for (const name of [
  'dog-woman-4s-360p15.mp4',
  'dog-woman-3s-144p8.webm',
  'dog-woman-1s.gif',
  'bottles-4s-270p10.mp4',
]) {
  const input = sharedClip(name);
  const skip = input === null && 'the shared clips are not there';
  t.test(`${name} goes through whole`, { skip }, async (t) => {
    const output = at(`through-${name}`);
    await run({ input: input as string, output, size: { height: 36, width: 64 } });
    const [before, after] = [await probe(input as string), await probe(output)];
    t.equal(after.times.length, before.times.length);
    t.ok(near(after.times, before.times, 0.011));
    t.ok(Math.abs(after.durationSeconds - before.durationSeconds) < 0.21, 'the same length within a frame');
  });
}

const long = sharedClip('dog-woman-720p.mp4');
t.test('sound is copied packet by packet', { skip: long === null && 'the shared clips are not there' }, async (t) => {
  const output = at('sound.mp4');
  await run({ input: long as string, output, size: { height: 18, width: 32 } });
  const [before, after] = [await probe(long as string), await probe(output)];
  t.same(after.audio, before.audio);
  t.ok(near(after.times, before.times, 1e-4));
});
