import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBackend, type Translator, translationModel } from '@instagan/core';
import t from 'tap';
import { flashesAndBeeps, makeFlashAndBeep } from '../test-support/flash-and-beep.ts';
import { makeClip, probe, temporaryFolder } from '../test-support/media.ts';
import { type TranslateVideoOptions, translateVideo } from './translate-video.ts';

const backend = await openBackend('cpu');
t.teardown(() => backend.close());
const folder = await temporaryFolder(t);
const at = (name: string) => join(folder, name);
const translator: Translator = {
  ...{ parameters: new Map(), instancesPerChunk: 2, model: translationModel({ ngf: 2, ndf: 2, blocks: 1 }) },
};

/** Writes a video without instances: nothing changes but its form. */
async function run(input: string, name: string, options: Partial<TranslateVideoOptions> = {}) {
  const segment = async () => [];
  for await (const _ of translateVideo({ translator, segment, input, output: at(name), crf: 20, ...options }));
  return at(name);
}

function near(a: readonly number[], b: readonly number[], tolerance: number): boolean {
  return a.length === b.length && a.every((value, i) => Math.abs(value - (b[i] as number)) <= tolerance);
}

const quick = ['-preset', 'ultrafast', '-g', '12'];

t.test('sound stays where it was against the picture, whichever begins first', async (t) => {
  for (const [name, clip] of [
    ['sound-late.ts', { soundSeconds: 0.8 }],
    ['picture-late.ts', { pictureSeconds: 0.8 }],
  ] as const) {
    const input = await makeFlashAndBeep(at(name), { seconds: 3, ...clip, args: quick });
    const [before, after] = [await flashesAndBeeps(input), await flashesAndBeeps(await run(input, `${name}.mp4`))];
    t.equal(before.beeps.length, name === 'sound-late.ts' ? 2 : 3);
    t.ok(near(after.flashes, before.flashes, 0.005), `${name}: ${after.flashes} for ${before.flashes}`);
    t.ok(near(after.beeps, before.beeps, 0.03), `${name}: ${after.beeps} for ${before.beeps}`);
  }
});

t.test('a stretch begins and ends where asked, with its sound and its subtitles', async (t) => {
  const words = at('words.srt');
  await writeFile(words, '1\n00:00:00,500 --> 00:00:01,700\nHello\n\n2\n00:00:02,000 --> 00:00:03,900\nWorld\n');
  const clip = await makeFlashAndBeep(at('clip.mkv'), { seconds: 4, args: [...quick, '-c:a', 'aac'] });
  const tracks = ['-i', clip, '-i', words, '-map', '0', '-map', '1', '-c', 'copy', '-c:s', 'mov_text'];
  const mp4 = await makeClip(at('clip.mp4'), ...tracks);
  const vp9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'];
  const webm = await makeClip(at('clip.webm'), '-i', clip, '-i', words, ...vp9, '-c:a', 'libopus', '-c:s', 'webvtt');
  for (const [input, name, hasSubtitles] of [
    [mp4, 'stretch.mp4', true],
    [mp4, 'stretch.mkv', true],
    [webm, 'stretch.webm', false],
  ] as const) {
    const output = await run(input, name, { startSeconds: 1.2, durationSeconds: 1.5 });
    const { times, durationSeconds } = await probe(output);
    t.ok(
      near(
        times,
        Array.from({ length: 15 }, (_, i) => i / 10),
        0.03,
      ),
      `${name}: ${times}`,
    );
    t.ok(Math.abs(durationSeconds - 1.5) < 0.03, `${name}: ${durationSeconds} s`);
    const { flashes, beeps } = await flashesAndBeeps(output);
    t.ok(near(flashes, [0.3, 1.3], 0.03), `${name}: flashes at ${flashes}`);
    t.ok(near(beeps.slice(0, 2), [0.4, 1.4], 0.03), `${name}: beeps end at ${beeps}`);
    if (!hasSubtitles) continue;
    const texts = await subtitlesOf(output);
    t.match(texts, /00:00:00,000 --> 00:00:00,500\s.*Hello[\s\S]*00:00:00,800 --> 00:00:01,500\s.*World/, name);
  }
});

/** As SubRip. */
async function subtitlesOf(file: string): Promise<string> {
  return readFile(await makeClip(`${file}.srt`, '-i', file, '-map', '0:s'), 'utf8');
}

t.test('the last frame of a GIF is shown as long as before', async (t) => {
  const delays = ['-vf', "setpts='if(eq(N,2),2.1,N/2)/TB'", '-vsync', '0', '-final_delay', '50'];
  const gif = await makeClip(at('delays.gif'), '-f', 'lavfi', '-i', 'testsrc=s=16x16:r=2:d=1.5', ...delays);
  const before = await probe(gif);
  const after = await probe(await run(gif, 'delays-out.gif'));
  t.ok(near(after.times, before.times, 0.011), `${after.times} for ${before.times}`);
  t.ok(Math.abs(after.durationSeconds - before.durationSeconds) < 0.011, `${after.durationSeconds} s`);
});
