import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openMediaInput } from '../ffmpeg/media-input.ts';
import { probeMedia } from '../ffmpeg/probe-media.ts';
import { secondsOf, type VideoFrame } from '../frame.ts';
import { ffmpeg, makeClip, makeTurned, probe, sharedClip, temporaryFolder } from '../test-support/media.ts';
import { type DecodeOptions, decodeVideo } from './decode-video.ts';

const folder = await temporaryFolder(t);
const at = (name: string) => join(folder, name);

async function decode(file: string, options?: DecodeOptions) {
  const input = await openMediaInput(file);
  const info = await probeMedia(ffmpeg, input);
  const { format, frames } = await decodeVideo(ffmpeg, input, info, options);
  const all: VideoFrame[] = [];
  for await (const frame of frames) all.push(frame);
  return { info, format, frames: all, times: all.map(({ ticks }) => secondsOf(ticks, format.timeBase)) };
}

function near(a: readonly number[], b: readonly number[], tolerance = 1e-6): boolean {
  return a.length === b.length && a.every((value, i) => Math.abs(value - (b[i] as number)) <= tolerance);
}

/** Mean colour of a part of a frame. */
function colourAt(data: Uint8Array, width: number, x: number, y: number, channels = 3): number[] {
  const start = (y * width + x) * channels;
  return [...data.subarray(start, start + channels)];
}

t.test('uneven frame times come out exactly', async (t) => {
  const select = "select='lt(n,4)+not(mod(n,5))+not(mod(n,7))'";
  const file = await makeClip(
    at('uneven.mp4'),
    ...['-f', 'lavfi', '-i', 'testsrc=s=48x32:d=2:r=30000/1001', '-vf', select, '-vsync', '0', '-bf', '2'],
  );
  const { times, format } = await decode(file);
  t.ok(times.length > 15);
  t.ok(near(times, (await probe(file)).times), 'as ffprobe sees them');
  t.match(format, { width: 48, height: 32, hasAlpha: false });
});

t.test('what a phone filmed upright is upright', async (t) => {
  const plain = await makeClip(at('plain.mp4'), '-f', 'lavfi', '-i', 'color=red:s=64x32:d=0.3:r=10');
  const { format } = await decode(await makeTurned(at('turned.mp4'), plain));
  t.match(format, { width: 32, height: 64 });
});

t.test('colours come out as they went in, in HD and SD, tagged or not', async (t) => {
  for (const [size, tags] of [
    ['1280x720', []],
    ['64x48', []],
    ['64x48', ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709']],
  ] as const) {
    const matrix = size === '1280x720' || tags.length > 0 ? 'bt709' : 'bt601';
    const file = await makeClip(
      at('colour.mp4'),
      ...['-f', 'lavfi', '-i', `color=0x20C040:s=${size}:d=0.1:r=10`],
      ...['-vf', `format=gbrp,scale=out_color_matrix=${matrix}`, '-pix_fmt', 'yuv420p', '-crf', '1', ...tags],
    );
    const { frames, format } = await decode(file);
    const colour = colourAt(frames[0]?.data as Uint8Array, format.width, 20, 20);
    t.ok(
      [0x20, 0xc0, 0x40].every((value, c) => Math.abs((colour[c] as number) - value) <= 3),
      `${size} ${colour}`,
    );
  }
});

t.test('HDR is tone-mapped, 10 bits are reduced, transparency stays', async (t) => {
  const x265 = 'colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:log-level=none';
  const source = ['-f', 'lavfi', '-i', 'testsrc=s=64x48:d=0.3:r=10'];
  const hdr = await makeClip(
    at('hdr.mp4'),
    ...source,
    '-c:v',
    'libx265',
    '-x265-params',
    x265,
    '-pix_fmt',
    'yuv420p10le',
  );
  const mapped = await decode(hdr);
  t.match(mapped.info.video, { hdr: 'PQ', bitDepth: 10 });
  t.equal(mapped.frames.length, 3);
  t.ok(new Set(mapped.frames[0]?.data).size > 20, 'it is a picture');

  const deep = await makeClip(
    at('deep.mkv'),
    ...source,
    '-c:v',
    'libx265',
    '-x265-params',
    'log-level=none',
    '-pix_fmt',
    'yuv420p10le',
  );
  t.match((await decode(deep)).info.video, { hdr: null, bitDepth: 10 });

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
  const clear = await decode(await makeClip(at('clear.webm'), ...glass));
  t.equal(clear.format.hasAlpha, true);
  const alpha = colourAt(clear.frames[0]?.data as Uint8Array, 32, 5, 5, 4)[3] as number;
  t.ok(Math.abs(alpha - 128) < 4, `alpha is ${alpha}`);
});

t.test('a part, a size, a rate and every n-th frame can be asked for', async (t) => {
  const file = await makeClip(at('part.mp4'), '-f', 'lavfi', '-i', 'testsrc=s=64x48:d=3:r=10', '-g', '7');
  t.equal((await decode(file, { startSeconds: 1.05, durationSeconds: 0.5 })).frames.length, 5);
  t.ok(near((await decode(file, { every: 4 })).times, [0, 0.4, 0.8, 1.2, 1.6, 2, 2.4, 2.8]));
  t.equal((await decode(file, { fps: 25 })).times.length, 75);
  t.match((await decode(file, { size: { width: 20, height: 30 } })).format, { width: 20, height: 30 });
  await t.rejects(
    decode(file, { startSeconds: 2.99, durationSeconds: 0.001 }),
    /has no frame in what is to be translated/,
  );
});

t.test('image sequences are videos', async (t) => {
  await makeClip(at('frame-%03d.png'), '-f', 'lavfi', '-i', 'testsrc=s=33x21:d=0.7:r=10');
  const { frames, times, format } = await decode(at('frame-%03d.png'));
  t.equal(frames.length, 7);
  t.match(format, { width: 33, height: 21 });
  t.ok(near(times, [0, 0.04, 0.08, 0.12, 0.16, 0.2, 0.24]), '25 a second');
});

t.test('pictures of different pixel formats, from any number on, are all there, also with a rate', async (t) => {
  const own = at('mixed%20');
  await mkdir(own);
  for (let n = 0; n < 9; n++) {
    const format = ['rgb24', 'gray', 'rgba'][n % 3] as string;
    const source = `color=c=0x${(n * 20).toString(16).padStart(2, '0').repeat(3)}:s=16x16:d=0.1:r=10,format=${format}`;
    await makeClip(at('one.png'), '-f', 'lavfi', '-i', source, '-frames:v', '1');
    await rename(at('one.png'), join(own, `f${998 + n}.png`));
  }
  const sequence = join(own, 'f%d.png');
  const greys = async (options: DecodeOptions) =>
    (await decode(sequence, options)).frames.map(({ data }) => data[0] as number);
  // The source's grey pictures keep the range of video, 16 … 235: up to 13 off.
  const all = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => n * 20);
  t.ok(near(await greys({}), all, 14));
  t.ok(near(await greys({ fps: 25 }), all, 14));
  t.ok(near(await greys({ every: 3 }), [0, 60, 120], 14));
});

t.test('damage is told, or passed over if that is wanted', async (t) => {
  const whole = await makeClip(
    at('whole.mp4'),
    '-f',
    'lavfi',
    '-i',
    'testsrc=s=64x48:d=4:r=10',
    '-g',
    '5',
    '-movflags',
    '+faststart',
  );
  const bytes = await readFile(whole);
  await writeFile(at('cut.mp4'), bytes.subarray(0, bytes.length * 0.6));
  await t.rejects(decode(at('cut.mp4')), /cut\.mp4 is damaged near .*--tolerate-damage/);
  t.ok((await decode(at('cut.mp4'), { toleratesDamage: true })).frames.length > 5);

  const webm = await makeClip(
    at('whole.webm'),
    '-f',
    'lavfi',
    '-i',
    'testsrc=s=64x48:d=4:r=10',
    '-c:v',
    'libvpx-vp9',
    '-g',
    '10',
  );
  const webmBytes = await readFile(webm);
  await writeFile(at('cut.webm'), webmBytes.subarray(0, webmBytes.length / 2));
  await t.rejects(decode(at('cut.webm')), /cut\.webm is (cut short|damaged)/);

  const gif = await makeClip(at('whole.gif'), '-f', 'lavfi', '-i', 'testsrc=s=64x48:d=1:r=10');
  t.equal((await decode(gif)).frames.length, 10);
  const gifBytes = await readFile(gif);
  await writeFile(at('cut.gif'), gifBytes.subarray(0, gifBytes.length / 2));
  await t.rejects(decode(at('cut.gif')), /cut\.gif is (cut short|damaged)/);
});

for (const [name, frameCount] of [
  ['dog-woman-4s-360p15.mp4', 60],
  ['bottles-4s-270p10.mp4', 41],
  ['dog-woman-3s-144p8.webm', 24],
  ['dog-woman-1s.gif', 5],
] as const) {
  const file = sharedClip(name);
  t.test(
    `${name} has all its frames at their times`,
    { skip: file === null && 'the shared clips are not there' },
    async (t) => {
      const { times } = await decode(file as string);
      t.equal(times.length, frameCount);
      t.ok(near(times, (await probe(file as string)).times));
    },
  );
}
