import t from 'tap';
import { coloursOf } from './colours.ts';

const of = (printed: string, width = 1920, height = 1080, pixelFormat = 'yuv420p') =>
  coloursOf(printed, { pixelFormat, width, height });

t.test('what a file tells of its colours is taken as it is', async (t) => {
  t.match(of('tv, bt709, progressive', 64, 48), { matrix: 'bt709', primaries: 'bt709', assumption: null });
  t.match(of('tv, smpte170m, top first'), { matrix: 'smpte170m', primaries: 'smpte170m', assumption: null });
  t.match(of('pc, bt470bg/unknown/unknown', 64, 48, 'yuvj420p'), { matrix: 'bt470bg', assumption: null });
  t.match(of('tv, bt2020nc/bt2020/smpte2084, progressive'), {
    ...{ matrix: 'bt2020nc', primaries: 'bt2020', transfer: 'smpte2084', assumption: null },
  });
  for (const format of ['rgb24', 'gbrp', 'pal8', 'gray'])
    t.match(of('pc', 64, 48, format), { matrix: null, assumption: null }, format);
});

t.test('what it does not tell is chosen as players do, and that is said', async (t) => {
  t.match(of('tv, unknown/bt709/bt709', 64, 48), { matrix: 'bt709', assumption: /BT\.709, as its primaries/ });
  t.match(of('tv, unknown/bt2020/bt709'), { matrix: 'bt2020nc', assumption: /BT\.2020, as its primaries/ });
  t.match(of('tv, unknown/unknown/smpte2084, progressive'), {
    ...{ matrix: 'bt2020nc', primaries: 'bt2020', assumption: /BT\.2020, for its curve is that of HDR/ },
  });
  for (const [width, height, matrix] of [
    [1920, 1080, 'bt709'],
    [1280, 536, 'bt709'],
    [960, 720, 'bt709'],
    [608, 1080, 'bt709'],
    [720, 576, 'smpte170m'],
    [854, 480, 'smpte170m'],
  ] as const) {
    for (const printed of ['', 'tv', 'progressive'])
      t.match(of(printed, width, height), { matrix, assumption: /by its size/ }, `${width}x${height}`);
  }
});
