import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openMediaInput } from '../ffmpeg/media-input.ts';
import { probeMedia } from '../ffmpeg/probe-media.ts';
import { secondsOf } from '../frame.ts';
import { makeFlashAndBeep } from '../test-support/flash-and-beep.ts';
import { ffmpeg, makeClip, temporaryFolder } from '../test-support/media.ts';
import { type DecodeOptions, decodeVideo } from './decode-video.ts';

const folder = await temporaryFolder(t);
const at = (name: string) => join(folder, name);

/** When the frames of a file are shown, the number that each tells by its level, and when the last one ends. */
async function decode(file: string, options: DecodeOptions = {}) {
  const input = await openMediaInput(file);
  const { format, frames, ending } = await decodeVideo(ffmpeg, input, await probeMedia(ffmpeg, input), options);
  const times: number[] = [];
  const numbers: number[] = [];
  for await (const { ticks, data } of frames) {
    times.push(secondsOf(ticks, format.timeBase));
    // From 0 … 255 back to 16 + 4 n.
    numbers.push(Math.round(((data[3 * 16 * 33] as number) * 219) / 255 / 4));
  }
  return { times, numbers, ending };
}

function near(a: readonly number[], b: readonly number[], tolerance = 0.002): boolean {
  return a.length === b.length && a.every((value, i) => Math.abs(value - (b[i] as number)) <= tolerance);
}

const vp9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'];
const quick = ['-preset', 'ultrafast', '-bf', '2', '-g', '12'];

t.test('times count from where the first track begins, of pictures or of sound', async (t) => {
  const first = await makeFlashAndBeep(at('first.ts'), { seconds: 2, pictureSeconds: 0.7, args: quick });
  const { times } = await decode(first);
  t.ok(times.length === 13 && Math.abs((times[0] as number) - 0.7) < 0.03, `pictures after sound begin at ${times[0]}`);
  const late = await makeFlashAndBeep(at('late.ts'), { seconds: 2, soundSeconds: 0.7, args: quick });
  t.ok(near([(await decode(late)).times[0] as number], [0]), 'pictures before sound begin at 0');

  await makeClip(at('list.m3u8'), '-i', first, '-c', 'copy', '-hls_time', '0.5', '-hls_list_size', '0');
  t.ok(near((await decode(at('list.m3u8'))).times, times, 0.03), 'so in a playlist');
  const mpg = await makeClip(
    at('first.mpg'),
    '-i',
    first,
    '-vf',
    'fps=25',
    '-vsync',
    '0',
    '-c:v',
    'mpeg2video',
    '-c:a',
    'mp2',
  );
  t.ok(Math.abs(((await decode(mpg)).times[0] as number) - 0.7) < 0.06, 'and in a program stream');

  const off = await makeFlashAndBeep(at('off.mp4'), { seconds: 2, args: [...quick, '-output_ts_offset', '3'] });
  const whole = await decode(off);
  t.ok(near([whole.times[0] as number], [0], 0.03), 'a whole file whose tracks begin at 3 s is none cut short');
  t.equal(whole.times.length, 20);
});

t.test('a stretch has the same pictures at the same times in every container', async (t) => {
  const args = { mp4: quick, mkv: quick, ts: quick, mov: quick, webm: vp9 };
  for (const [ending, codec] of Object.entries(args)) {
    const file = await makeFlashAndBeep(at(`walk.${ending}`), { seconds: 4, args: codec });
    const { times, numbers, ending: end } = await decode(file, { startSeconds: 2.7, durationSeconds: 0.5 });
    const offset = ending === 'ts' ? 0.03 : 0.01;
    t.ok(near(times, [0, 0.1, 0.2, 0.3, 0.4], offset), `${ending}: ${times}`);
    t.ok(near(numbers, [27, 28, 29, 30, 31], 1), `${ending}: ${numbers}`);
    t.equal(end.endSeconds, 0.5, ending);
  }
  const file = at('walk.mp4');
  t.ok(near((await decode(file, { startSeconds: 3.55 })).times, [0.05, 0.15, 0.25, 0.35]), 'between two frames');
  const even = await decode(file, { startSeconds: 3.55, fps: 10 });
  t.ok(near(even.times, [0, 0.1, 0.2, 0.3, 0.4]) || near(even.times, [0, 0.1, 0.2, 0.3]), `even: ${even.times}`);
  const ends = await decode(file, { startSeconds: 3.5, durationSeconds: 9 });
  t.ok(near([...ends.times, ends.ending.endSeconds as number], [0, 0.1, 0.2, 0.3, 0.4, 0.5], 0.03), 'up to the end');
});

t.test('the last frame ends where the file says', async (t) => {
  // In ticks of a tenth of a second.
  const times = "setpts='if(eq(N,4),29,N)'";
  const source = ['-f', 'lavfi', '-i', 'testsrc=s=32x32:r=10:d=0.5', '-vf', times, '-vsync', '0'];
  const still = await makeClip(at('still.mp4'), ...source, ...quick, '-bf', '0', '-use_editlist', '0');
  const whole = await decode(still);
  const ends = [...whole.times, whole.ending.endSeconds as number];
  t.ok(near(ends, [0, 0.1, 0.2, 0.3, 2.9, 3], 0.02), `${ends}`);
  const within = await decode(still, { startSeconds: 1 });
  t.ok(near(within.times, [0, 1.9], 0.01), 'what stands still when the stretch begins is shown from its beginning');

  const gif = await makeClip(at('still.gif'), '-f', 'lavfi', '-i', 'testsrc=s=16x16:r=2:d=1.5', '-final_delay', '170');
  t.ok(near([(await decode(gif)).ending.endSeconds as number], [1 + 1.7]));

  const sound = ['-f', 'lavfi', '-i', 'sine=d=5'];
  const longer = await makeClip(at('sound.mkv'), '-f', 'lavfi', '-i', 'testsrc=s=32x32:r=10:d=1', ...sound, ...quick);
  const picture = await decode(longer);
  t.equal(picture.times.length, 10, 'sound that goes on is no reason to refuse a file');
  t.ok(near([picture.ending.endSeconds as number], [1], 0.03));
});

t.test('pictures that change their format on the way are all there', async (t) => {
  const part = (name: string, format: string) =>
    makeClip(at(name), '-f', 'lavfi', '-i', `testsrc=s=32x32:r=10:d=1,format=${format}`, ...quick, '-bf', '0');
  const parts = [await part('a.ts', 'yuv420p'), await part('b.ts', 'yuv444p')];
  await writeFile(at('mixed.ts'), Buffer.concat(await Promise.all(parts.map((file) => readFile(file)))));
  for (const [options, count] of [
    [{}, 20],
    [{ every: 3 }, 7],
    [{ fps: 10 }, 20],
  ] as const) {
    const { times } = await decode(at('mixed.ts'), options);
    t.equal(times.length, count, JSON.stringify(options));
    t.ok(
      times.every((time, i) => i === 0 || time - (times[i - 1] as number) < 0.4),
      `one goes on with the other: ${times}`,
    );
  }
});

t.test('a lost packet of a transport stream is damage, the joint of two is none', async (t) => {
  // Noise fills several packets a picture.
  const source = 'testsrc=s=64x64:r=10:d=1,noise=alls=40:allf=t';
  const one = await makeClip(at('one.ts'), '-f', 'lavfi', '-i', source, ...quick, '-bf', '0', '-q:v', '4');
  const bytes = await readFile(one);
  await writeFile(at('joint.ts'), Buffer.concat([bytes, bytes]));
  t.equal((await decode(at('joint.ts'))).times.length, 20);
  const packets = Array.from({ length: bytes.length / 188 }, (_, i) => bytes.subarray(188 * i, 188 * (i + 1)));
  const pictures = packets.filter((packet) => (packet.readUInt16BE(1) & 0x1fff) === 256);
  const lost = pictures[Math.floor(pictures.length * 0.7)];
  await writeFile(at('lost.ts'), Buffer.concat(packets.filter((packet) => packet !== lost)));
  await t.rejects(decode(at('lost.ts')), { message: /lost\.ts is damaged near 0\.\d s/ });
});

t.test('two pictures at one time are both there, in order', async (t) => {
  const times = "setpts='(N-gte(N,3))/10/TB'";
  const source = ['-f', 'lavfi', '-i', 'testsrc=s=32x32:r=10:d=0.6', '-vf', `settb=1/1000,${times}`, '-vsync', '0'];
  const twice = await makeClip(at('twice.mkv'), ...source, '-c:v', 'ffv1', '-enc_time_base', '1/1000');
  t.ok(near((await decode(twice)).times, [0, 0.1, 0.2, 0.201, 0.3, 0.4]), `${(await decode(twice)).times}`);
});
