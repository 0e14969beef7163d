import t from 'tap';
import { mediaTracks } from './media-tracks.ts';

t.test('an AVIF that moves is the track of all its pictures, one that does not is its picture', async (t) => {
  const still =
    '  Stream #0:0[0x1]: Video: av1 (libdav1d) (Main) (av01 / 0x31307661), yuv420p(tv), 64x48 [SAR 1:1 DAR 4:3], 1 fps, 1 tbr, 1 tbn (default)';
  const moving =
    '  Stream #0:1[0x1](und): Video: av1 (libdav1d) (Main) (av01 / 0x31307661), yuv420p(tv, progressive), 64x48 [SAR 1:1 DAR 4:3], 6 kb/s, 10 fps, 10 tbr, 10240 tbn (default)';
  const numbersOf = (lines: readonly string[]) => mediaTracks(lines).map(({ index }) => index);
  t.same(numbersOf([still, moving]), [1]);
  t.same(numbersOf([still]), [0]);
  t.same(numbersOf([moving, moving.replace('#0:1', '#0:2')]), [1, 2]);
});
