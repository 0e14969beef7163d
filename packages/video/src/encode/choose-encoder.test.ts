import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { temporaryFolder } from '../test-support/media.ts';
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

t.test(
  'an encoder that does not take pictures so small is passed by',
  { skip: process.platform === 'win32' },
  async (t) => {
    const path = join(await temporaryFolder(t), 'ffmpeg');
    await writeFile(path, '#!/bin/sh\ncase "$*" in *s=32x24*libsvtav1*) exit 1 ;; esac\n');
    await chmod(path, 0o755);
    const ffmpeg = { path, version: '7.1', codecMajor: 61 };
    const format = { container: 'mp4', codec: 'av1', keepsAlpha: false } as const;
    const nameFor = async (width: number, height: number) =>
      (await chooseEncoder(ffmpeg, format, {}, { width, height })).name;
    t.equal(await nameFor(32, 23), 'libaom-av1');
    t.equal(await nameFor(1920, 1080), 'libsvtav1');
  },
);

t.test('frames are encoded in the order in which they are shown, by old versions too', async (t) => {
  const ffmpeg = { path: process.platform === 'win32' ? 'where' : 'true', version: '4.2', codecMajor: 58 };
  const { args } = await chooseEncoder(ffmpeg, { container: 'mp4', codec: 'hevc', keepsAlpha: false });
  t.match(args.join(' '), /-x265-params \S*bframes=0 -bf 0/);
});
