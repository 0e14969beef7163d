import t from 'tap';
import { allTracksOpen, clockTracks, inputOnClock } from './input-clock.ts';
import type { MediaInput } from './media-input.ts';
import type { MediaInfo } from './probe-media.ts';

const input = { args: ['-i', 'file:x'] } as unknown as MediaInput;
const infoOf = (format: string, originSeconds = 0) =>
  ({
    ...{ format, originSeconds, video: { track: 1 } },
    tracks: [
      { index: 0, kind: 'data', description: '' },
      { index: 1, kind: 'video', description: ' (Main), yuv420p, 64x48, 25 fps' },
      { index: 2, kind: 'audio', description: ' (LC), 48000 Hz, mono' },
      { index: 3, kind: 'audio', description: ', 0 channels' },
      { index: 4, kind: 'subtitle', description: '' },
      { index: 5, kind: 'video', isCover: true, description: ', rgb24, 8x8' },
      { index: 6, kind: 'video', description: ' (Main), yuv420p, 32x24, 25 fps' },
    ],
  }) as unknown as MediaInfo;

t.test('0 is the start, wherever a file is sought', async (t) => {
  const mp4 = infoOf('mov,mp4,m4a');
  t.same(inputOnClock(input, mp4), ['-i', 'file:x']);
  t.same(inputOnClock(input, mp4, 1.5), ['-itsoffset', '-1.500000', '-i', 'file:x']);
  t.same(inputOnClock(input, mp4, 60), [
    ...['-noaccurate_seek', '-ss', '58.000000', '-itsoffset', '-2.000000'],
    ...['-i', 'file:x'],
  ]);
  const warmUp = infoOf('matroska,webm', -0.007);
  t.same(inputOnClock(input, warmUp), ['-itsoffset', '-0.007000', '-i', 'file:x'], 'sound before 0 moves nothing');
  t.same(inputOnClock(input, infoOf('mpegts', 1.4), 60), ['-itsoffset', '-60.000000', '-i', 'file:x'], 'never sought');
});

t.test('of formats whose clock depends on the tracks that are read, all that can be read are', async (t) => {
  t.same(clockTracks(infoOf('mpegts')), [1, 2, 4, 6]);
  t.same(clockTracks(infoOf('hls,applehttp')), [1, 2, 4], 'of a playlist one size');
  t.same(allTracksOpen(1, infoOf('mov,mp4,m4a')), []);
  const maps = ['-map', '1:1', '-map', '1:2', '-map', '1:4', '-map', '1:6'];
  t.same(allTracksOpen(1, infoOf('mpegts')), [...maps, '-c', 'copy', '-f', 'null', '-']);
});
