import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { temporaryFolder } from '../test-support/media.ts';
import { findFfmpeg } from './find-ffmpeg.ts';

const folder = await temporaryFolder(t);

/** A program that says it is ffmpeg of some version. */
async function program(name: string, version: string, codecMajor = 60): Promise<string> {
  await mkdir(join(folder, name), { recursive: true });
  const file = join(folder, name, 'ffmpeg');
  await writeFile(
    file,
    `#!/bin/sh\necho 'ffmpeg version ${version} Copyright'\necho 'libavcodec     ${codecMajor}. 1.100'\n`,
  );
  await chmod(file, 0o755);
  return file;
}

const skip = process.platform === 'win32' ? 'needs shell scripts' : false;

t.test('FFMPEG_PATH comes first, then ffmpeg-static, the PATH, and the package of last resort', { skip }, async (t) => {
  const [named, first, path, last] = await Promise.all(
    ['named', 'first', 'path', 'last'].map((name) => program(name, name)),
  );
  const packaged = { beforePath: first as string, afterPath: last as string };
  const environment = { FFMPEG_PATH: named, PATH: join(folder, 'path') };
  const version = async (options: Parameters<typeof findFfmpeg>[0]) => (await findFfmpeg(options)).version;
  t.equal(await version({ environment, packaged }), 'named');
  t.equal(await version({ environment: { PATH: environment.PATH }, packaged }), 'first');
  t.equal(
    await version({ environment: { PATH: environment.PATH }, packaged: { ...packaged, beforePath: null } }),
    'path',
  );
  t.equal(await version({ environment: { PATH: folder }, packaged: { ...packaged, beforePath: null } }), 'last');
  t.equal((await findFfmpeg({ environment, packaged })).path, named);
  t.ok(path);
});

t.test('a wrong FFMPEG_PATH, and none at all, are told with the fix', { skip }, async (t) => {
  const packaged = { beforePath: null, afterPath: null };
  const missing = { FFMPEG_PATH: join(folder, 'nowhere'), PATH: '' };
  await t.rejects(findFfmpeg({ environment: missing, packaged }), {
    name: 'UserError',
    message: /FFMPEG_PATH names .*nowhere/,
  });
  await t.rejects(findFfmpeg({ environment: { PATH: folder }, packaged }), { message: /install it .*FFMPEG_PATH/ });
  await program('old', '2.8', 56);
  await t.rejects(findFfmpeg({ environment: { PATH: join(folder, 'old') }, packaged }), { message: /2\.8, too old/ });
});
