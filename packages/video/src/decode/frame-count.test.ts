import t from 'tap';
import type { MediaInput } from '../ffmpeg/media-input.ts';
import type { MediaInfo } from '../ffmpeg/probe-media.ts';
import type { TrackScan } from '../ffmpeg/scan-tracks.ts';
import type { DecodeOptions } from './decode-video.ts';
import { FrameCount } from './frame-count.ts';

const input: MediaInput = {
  name: 'walk.mp4',
  args: [],
  file: '/walk.mp4',
  pictures: null,
  identity: 'walk',
  close: async () => {},
};
const info = { format: 'mov,mp4', video: { track: 1, codec: 'h264', fps: 10 } } as MediaInfo;
const end = (decoded: number) => ({
  ...{ exitCode: 0, messages: [] },
  notes: ['  Input stream #0:0 (audio): 9 packets read (1 bytes); 9 frames decoded;'].concat(
    `[in#0] [verbose]   Input stream #0:1 (video): 10 packets read (99 bytes); ${decoded} frames decoded; 0 decode errors; `,
  ),
});
const scan = { pictureSeconds: Array.from({ length: 10 }, (_, i) => i / 10) } as unknown as TrackScan;

function counted(frames: number, options: DecodeOptions = {}, from: MediaInput = input) {
  const count = new FrameCount(from, info, options);
  for (let i = 0; i < frames; i++) count.add(i / 10);
  return count;
}

t.test('frames that ffmpeg decoded and lost on the way are an error', async (t) => {
  counted(10).requireDecoded(end(10));
  counted(4, { every: 3 }).requireDecoded(end(10));
  t.throws(() => counted(1).requireDecoded(end(10)), /walk\.mp4: only 1 of 10 frames come out of ffmpeg/);
  t.throws(() => counted(10, { every: 3 }).requireDecoded(end(10)), /only 10 of 4 frames/);
  counted(3, { startSeconds: 0.7 }).requireDecoded(end(10));
  const even = counted(3, { fps: 10 });
  even.add(0.3);
  t.throws(() => even.add(0.6), /only 4 of 6 frames/, 'with a rate, frames come evenly');
});

t.test('pictures of a sequence that do not come out are an error, unless that is wanted', async (t) => {
  const sequence = { ...input, name: 'f%d.png', file: null, pictures: Array(12).fill('f.png') };
  t.throws(() => counted(10, {}, sequence).requireDecoded(end(10)), /f%d\.png: 10 of 12 pictures can be decoded/);
  counted(10, { toleratesDamage: true }, sequence).requireDecoded(end(10));
});

t.test('pictures that the decoder does not give are told, also of a stretch', async (t) => {
  t.same(counted(10).remarks(scan, Number.POSITIVE_INFINITY), []);
  t.match(counted(8).remarks(scan, Number.POSITIVE_INFINITY), [/^2 of 10 pictures of walk\.mp4 are missing/]);
  t.same(counted(3, { startSeconds: 0.4 }).remarks(scan, 0.3), []);
  t.match(counted(2, { startSeconds: 0.4 }).remarks(scan, 0.35), [/^1 of 3 pictures/]);
  t.same(counted(4, { every: 3 }).remarks(scan, Number.POSITIVE_INFINITY), []);
});
