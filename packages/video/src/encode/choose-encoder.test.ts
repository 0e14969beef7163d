import t from 'tap';
import { chooseEncoder } from './choose-encoder.ts';

t.test('a quality beyond the scale of a codec is refused, not clamped or blamed on ffmpeg', async (t) => {
  const ffmpeg = { path: 'no-ffmpeg-is-asked', version: '7.1', codecMajor: 61 };
  for (const [codec, max] of [
    ['h264', 51],
    ['hevc', 51],
    ['vp9', 63],
    ['av1', 63],
  ] as const) {
    const format = { container: 'mkv', codec, keepsAlpha: false } as const;
    await t.rejects(chooseEncoder(ffmpeg, format, { crf: max + 1 }), {
      name: 'UsageError',
      message: `${codec} has no quality ${max + 1}: give --crf a whole number from 0 to ${max}.`,
    });
    await t.rejects(chooseEncoder(ffmpeg, format, { crf: max }), { message: /^(?!.*has no quality)/s });
  }
});
