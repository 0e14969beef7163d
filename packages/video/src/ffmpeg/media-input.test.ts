import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, cp, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import t from 'tap';
import { ffmpeg, makeClip, temporaryFolder } from '../test-support/media.ts';
import { openMediaInput, requireMediaInput } from './media-input.ts';
import { probeMedia } from './probe-media.ts';

const folder = await temporaryFolder(t);

t.test('protocols that reach other things than videos are refused', async (t) => {
  for (const name of [
    ...[
      'concat:a.mp4|b.mp4',
      'pipe:0',
      'rtmp://host/x',
      'ftp://host/x',
      'data:video/mp4;base64,AA',
      'subfile,,start,0,,:x',
    ],
    ...['file:/etc/passwd', 'lavfi:testsrc', 'async:http://host/x'],
  ]) {
    await t.rejects(openMediaInput(name), /is not read|without "file:"|There is no video/, name);
  }
});

t.test('a name that looks like an option, or like a protocol, is a file', async (t) => {
  await mkdir(join(folder, 'odd'));
  for (const name of ['-i.mp4', '-y', "it's 100% a [clip].mp4"]) {
    const file = await makeClip(join(folder, 'odd', name), '-f', 'lavfi', '-i', 'color=s=32x32:d=0.2', '-f', 'mp4');
    const info = await probeMedia(ffmpeg, await openMediaInput(file));
    t.equal(info.video.width, 32, name);
  }
  const here = process.cwd();
  process.chdir(join(folder, 'odd'));
  t.teardown(() => process.chdir(here));
  t.equal((await probeMedia(ffmpeg, await openMediaInput('-y'))).video.codec, 'h264');
});

t.test('missing files, folders and empty files are told apart', async (t) => {
  await t.rejects(openMediaInput(join(folder, 'none.mp4')), /There is no video .*none\.mp4/);
  await t.rejects(requireMediaInput(join(folder, 'none.mp4')), /There is no video .*none\.mp4/);
  for (const name of [folder, '-', 'https://example.org/none.mp4', join(folder, 'none%05d.png')]) {
    await t.resolves(requireMediaInput(name), name);
  }
  await mkdir(join(folder, 'none'));
  await t.rejects(openMediaInput(join(folder, 'none')), {
    name: 'UsageError',
    message: /none is a folder without numbered pictures/,
  });
  const empty = join(folder, 'empty.mp4');
  await writeFile(empty, '');
  await t.rejects(openMediaInput(empty), /is empty/);
});

t.test('a playlist cannot lead to other places of the machine or the network', async (t) => {
  const playlist = join(folder, 'list.m3u8');
  await writeFile(playlist, '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n');
  await t.rejects(
    openMediaInput(playlist).then((input) => probeMedia(ffmpeg, input)),
    /cannot be read/,
  );
});

t.test('files without moving pictures say what they hold', async (t) => {
  const sound = await makeClip(join(folder, 'sound.m4a'), '-f', 'lavfi', '-i', 'sine=d=0.2');
  await t.rejects(
    openMediaInput(sound).then((input) => probeMedia(ffmpeg, input)),
    /sound\.m4a holds sound only: give a file with moving pictures\./,
  );
  const text = join(folder, 'notes.mp4');
  await writeFile(text, 'these are no pictures\n'.repeat(50));
  await t.rejects(
    openMediaInput(text).then((input) => probeMedia(ffmpeg, input)),
    /notes\.mp4 cannot be read as a video: .*; check that the file is whole\./,
  );
});

const skip = process.platform === 'win32' ? 'needs shell scripts' : false;

t.test('a page goes through yt-dlp where it is installed, and as it is where not', { skip }, async (t) => {
  const downloader = join(folder, 'yt-dlp');
  await writeFile(downloader, '#!/bin/sh\nfor last; do :; done\necho "https://cdn.example/video.mp4?of=$last"\n');
  await chmod(downloader, 0o755);
  const page = 'https://example.org/watch?v=1';
  const found = await openMediaInput(page, { downloader });
  t.equal(found.args.at(-1), `https://cdn.example/video.mp4?of=${page}`);
  t.equal(found.identity, page, 'the address of today may not be that of tomorrow');
  t.equal((await openMediaInput(page, { downloader: join(folder, 'absent') })).args.at(-1), page);
  t.equal((await openMediaInput('https://a.b/c.mp4', { downloader })).args.at(-1), 'https://a.b/c.mp4');
  const broken = join(folder, 'broken');
  await writeFile(broken, '#!/bin/sh\necho "ERROR: Private video." >&2\nexit 1\n');
  await chmod(broken, 0o755);
  await t.rejects(openMediaInput(page, { downloader: broken }), /yt-dlp cannot open .*: Private video; check/);
});

t.test('a folder of numbered pictures is a sequence, if it holds one', async (t) => {
  const own = join(folder, '50%d');
  await mkdir(own);
  const picture = await makeClip(
    join(folder, 'one.png'),
    '-f',
    'lavfi',
    '-i',
    'color=red:s=16x16:d=0.1',
    '-frames:v',
    '1',
  );
  await writeFile(join(own, 'readme.txt'), 'no picture 1');
  for (const number of [8, 9, 10]) await cp(picture, join(own, `f%2d-${number}.png`));
  const found = await openMediaInput(`${own}/`, { sequenceFps: 10 });
  t.same(
    found.pictures,
    [8, 9, 10].map((number) => join(own, `f%2d-${number}.png`)),
  );
  t.match((await probeMedia(ffmpeg, found)).video, { width: 16, fps: 10 });
  await mkdir(join(folder, 'alone'));
  await cp(picture, join(folder, 'alone', '7.png'));
  const alone = await probeMedia(ffmpeg, await openMediaInput(join(folder, 'alone')));
  t.equal(alone.video.width, 16, 'one picture is a sequence too');
  await writeFile(join(own, '0001.jpg'), 'another');
  await t.rejects(openMediaInput(own), {
    name: 'UsageError',
    message: /holds several sequences of pictures: name one of them, such as \S+(f%%2d-%d\.png|%04d\.jpg) or/,
  });
});

t.test('copies of a video are the same to a later run, and one that was changed is not', async (t) => {
  const [first, second] = [join(folder, 'first.mp4'), join(folder, 'second.mp4')];
  await writeFile(first, 'content');
  await writeFile(second, 'content');
  const { identity } = await openMediaInput(first);
  t.equal((await openMediaInput(second)).identity, identity);
  await writeFile(second, 'changed');
  t.not((await openMediaInput(second)).identity, identity);
});

t.test('a pipe is stored, read as often as needed, and removed', { skip }, async (t) => {
  const clip = await makeClip(join(folder, 'clip.mp4'), '-f', 'lavfi', '-i', 'color=s=32x32:d=0.2');
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const [stream] = await Promise.all([openMediaInput(pipe), pipeline(createReadStream(clip), createWriteStream(pipe))]);
  t.equal((await probeMedia(ffmpeg, stream)).video.width, 32);
  t.equal(stream.identity, (await openMediaInput(clip)).identity);
  await stream.close();
  await t.rejects(stat(stream.file as string), { code: 'ENOENT' });
  const stop = new AbortController();
  const stopped = openMediaInput(pipe, { signal: stop.signal });
  const writer = createWriteStream(pipe);
  writer.on('error', () => {});
  writer.write('the beginning');
  setTimeout(() => stop.abort(), 50);
  await t.rejects(stopped, /^Stopped before the video was read/);
  writer.destroy();
});
