import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { runFfmpeg } from '../ffmpeg/ffmpeg-process.ts';
import { openMediaInput } from '../ffmpeg/media-input.ts';
import { type MediaInfo, probeMedia } from '../ffmpeg/probe-media.ts';
import { joinParts } from '../parts/join-parts.ts';
import { ffmpeg, makeClip, makeTurned, temporaryFolder } from '../test-support/media.ts';
import type { ContainerName } from './output-format.ts';
import { type SideTrackOptions, sideTracks } from './side-tracks.ts';

const folder = await temporaryFolder(t);
const at = (name: string) => join(folder, name);
const picture = await makeClip(at('picture.mp4'), '-f', 'lavfi', '-i', 'testsrc=s=32x32:r=25:d=2', '-bf', '0');

/** Joins the pictures with what is kept of another file. */
async function joined(input: string, output: string, options: SideTrackOptions & { endSeconds?: number } = {}) {
  const opened = await openMediaInput(input);
  const container = output.split('.').at(-1) as ContainerName;
  const info = await probeMedia(ffmpeg, opened);
  const kept = sideTracks(container, info, options);
  const losses = await joinParts({
    ffmpeg,
    parts: [{ file: picture, firstFrame: 0, frames: 50, startSeconds: 0, lastSeconds: 1.96, endSeconds: 2 }],
    format: { container, codec: 'h264', keepsAlpha: false },
    input: opened,
    info,
    sideTracks: kept,
    output,
    startSeconds: options.startSeconds ?? 0,
    endSeconds: options.endSeconds,
    crf: undefined,
  });
  return { remarks: [...kept.remarks, ...losses], info: await probeMedia(ffmpeg, await openMediaInput(output)) };
}

const kinds = ({ tracks }: MediaInfo) => tracks.map(({ kind, isCover }) => (isCover ? 'cover' : kind));

t.test('tags and chapters are kept without a sound track too, or named', async (t) => {
  const chapters = at('chapters.txt');
  await writeFile(
    chapters,
    ';FFMETADATA1\ntitle=My holiday\nartist=Me\ndate=2020\nmood=sunny\n' +
      '[CHAPTER]\nTIMEBASE=1/10\nSTART=0\nEND=10\ntitle=One\n[CHAPTER]\nTIMEBASE=1/10\nSTART=10\nEND=20\ntitle=Two\n',
  );
  const input = await makeClip(at('tagged.mkv'), '-i', picture, '-i', chapters, '-map_metadata', '1', '-c', 'copy');
  const wanted = { chapters: 2, tags: { title: 'My holiday', artist: 'Me', date: '2020' } };
  const part = await joined(input, at('part.mp4'), { startSeconds: 0.5, endSeconds: 0.4 });
  t.equal(part.info.chapters, 1, 'those of the stretch');
  const mkv = await joined(input, at('tags.mkv'));
  t.match(mkv, { remarks: [], info: { ...wanted, tags: { ...wanted.tags, mood: 'sunny' } } });
  t.match(await joined(input, at('tags.mp4')), {
    remarks: ['Not kept: the tags mood (mp4 cannot hold it).'],
    info: wanted,
  });
  t.match(await joined(input, at('tags.mov')), { info: wanted });
  const gif = sideTracks('gif', mkv.info);
  t.same(gif.remarks, ['Not kept: the title and other tags (gif cannot hold it); the chapters (gif cannot hold it).']);
  t.same(gif.args, []);
});

t.test('fonts and the cover are kept where there is room, also with --start, or named', async (t) => {
  await writeFile(at('Sans.ttf'), 'a font');
  const font = ['-attach', at('Sans.ttf'), '-metadata:s:t', 'mimetype=application/x-truetype-font'];
  const withFont = await makeClip(at('font.mkv'), '-i', picture, '-c', 'copy', ...font);
  const kept = await joined(withFont, at('font-out.mkv'), { startSeconds: 1, endSeconds: 0.5 });
  t.same(kept.remarks, []);
  t.match(kept.info.tracks.at(-1), { kind: 'attachment', tags: { filename: 'Sans.ttf' } });
  t.same((await joined(withFont, at('font-out.mp4'))).remarks, ['Not kept: the font Sans.ttf (mp4 cannot hold it).']);

  const still = ['-f', 'lavfi', '-i', 'color=red:s=16x16:d=0.1', '-frames:v:1', '1'];
  const cover = [...still, '-map', '0', '-map', '1', '-c:v:0', 'copy', '-c:v:1', 'png', '-disposition:v:1'];
  const covered = await makeClip(at('covered.mp4'), '-i', picture, ...cover, 'attached_pic');
  for (const options of [{}, { startSeconds: 1, endSeconds: 0.5 }]) {
    for (const name of ['cover-out.mp4', 'cover-out.mkv']) {
      const { info, remarks } = await joined(covered, at(name), options);
      t.same([kinds(info), remarks], [['video', 'cover'], []], name);
    }
  }
  const again = await joined(at('cover-out.mkv'), at('cover-again.mkv'));
  t.same(kinds(again.info), ['video', 'cover'], 'attached once, not more');
  t.match((await joined(covered, at('cover-out.mov'))).remarks, [/the cover picture \(mov cannot hold it\)/]);
});

t.test('what ffmpeg cannot copy does not cost the work', async (t) => {
  await writeFile(at('odd.bin'), 'of no type');
  const odd = ['-attach', at('odd.bin'), '-metadata:s:t', 'mimetype=application/x-odd'];
  const input = await makeClip(at('odd.mkv'), '-i', picture, '-c', 'copy', ...odd, '-metadata', 'title=Odd');
  const opened = await openMediaInput(input);
  const info = await probeMedia(ffmpeg, opened);
  const kept = sideTracks('mkv', info);
  const broken = { ...kept, timelessArgs: ['-map', '2:99'] };
  const part = { file: picture, firstFrame: 0, frames: 50, startSeconds: 0, lastSeconds: 1.96, endSeconds: 2 };
  const losses = await joinParts({
    ...{ ffmpeg, parts: [part], format: { container: 'mkv', codec: 'h264', keepsAlpha: false }, input: opened, info },
    ...{ sideTracks: broken, output: at('odd-out.mkv'), startSeconds: 0, endSeconds: undefined, crf: undefined },
  });
  t.match(losses, [/^Not kept: further pictures, cover and attached files, which ffmpeg cannot copy \(/]);
  t.match(await probeMedia(ffmpeg, await openMediaInput(at('odd-out.mkv'))), { tags: { title: 'Odd' } });
});

t.test('another picture track and the timecode are kept, or named', async (t) => {
  const second = ['-f', 'lavfi', '-i', 'testsrc=s=16x16:r=25:d=2', '-map', '0', '-map', '1', '-c:v:0', 'copy'];
  const two = await makeClip(at('two.mov'), '-i', picture, ...second, '-timecode', '01:00:00:00');
  for (const name of ['two-out.mov', 'two-out.mp4', 'two-out.mkv']) {
    const { info, remarks } = await joined(two, at(name));
    t.same(remarks, [], name);
    t.same(
      info.tracks.filter(({ kind }) => kind === 'video').map(({ description }) => /, (\d+x\d+)/.exec(description)?.[1]),
      ['32x32', '16x16'],
      name,
    );
    t.equal(info.timecode, '01:00:00:00', name);
  }
  const later = await joined(two, at('two-later.mov'), { startSeconds: 0.4 });
  t.equal(later.info.timecode, '01:00:00:10');
  t.match(sideTracks('mov', later.info, { keepsFrames: false }).remarks, [/timecode \(it does not fit/]);
  t.same(later.remarks, ['Not kept: another picture track (h264; it cannot begin exactly at --start).']);
  t.match(sideTracks('webm', later.info).remarks, [/timecode \(webm cannot hold it\)/]);
  t.match(sideTracks('webm', await probeMedia(ffmpeg, await openMediaInput(two))).remarks, [
    /the timecode \(webm cannot hold it\); another picture track \(h264; webm cannot hold it\)/,
  ]);
});

t.test('sound tracks are chosen by their number, and keep their language', async (t) => {
  const tones = ['1', '2', '3'].flatMap((tone) => ['-f', 'lavfi', '-i', `sine=${tone}00:d=2`]);
  const maps = ['0', '1', '2', '3'].flatMap((input) => ['-map', input]);
  const languages = ['eng', 'fra', 'deu'].flatMap((name, i) => [`-metadata:s:a:${i}`, `language=${name}`]);
  const own = ['-metadata:s:v:0', 'language=jpn'];
  const input = await makeClip(at('tones.mp4'), '-i', picture, ...tones, ...maps, '-c:v', 'copy', ...languages, ...own);
  const languagesOf = ({ tracks }: MediaInfo) => tracks.map(({ language }) => language);
  t.same(languagesOf((await joined(input, at('all.mp4'))).info), ['jpn', 'eng', 'fra', 'deu']);
  t.same(languagesOf((await joined(input, at('some.mkv'), { audioTracks: [1, 3] })).info), ['jpn', 'eng', 'deu']);
  await t.rejects(joined(input, at('none.mp4'), { audioTracks: [4] }), {
    name: 'UsageError',
    message: 'There is no sound track 4: the video has 3 sound tracks, so correct --audio-track.',
  });
});

t.test('what a phone wrote upright is not turned again by its own tags', async (t) => {
  const headersOf = async (file: string) => (await runFfmpeg(ffmpeg, ['-i', file], 'info')).messages.join('\n');
  const input = await makeTurned(at('turned-in.mp4'), picture);
  t.match(await headersOf(input), /rotat/);
  await joined(input, at('turned-out.mp4'));
  t.notMatch(await headersOf(at('turned-out.mp4')), /rotat/);
});
