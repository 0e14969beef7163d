import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { makeClip, temporaryFolder } from '../test-support/media.ts';
import { openVideoJob } from './video-job.ts';

const folder = await temporaryFolder(t);
const at = (name: string) => join(folder, name);
const clip = await makeClip(at('clip.mp4'), '-f', 'lavfi', '-i', 'testsrc=s=32x32:d=0.5:r=10');
await mkdir(at('sq'));
await makeClip(at('sq/%05d.png'), '-f', 'lavfi', '-i', 'testsrc=s=16x16:d=0.3:r=10');

t.test('an output that is there is replaced only if that is asked for, or beside its own parts', async (t) => {
  const output = at('there.mp4');
  await writeFile(output, 'a work of years');
  const refused = { name: 'UsageError', message: /there\.mp4 is there already: .*--overwrite/ };
  await t.rejects(openVideoJob({ input: clip, output }), refused);
  await openVideoJob({ input: clip, output, overwrites: true });
  await mkdir(`${output}.parts`);
  await openVideoJob({ input: clip, output });
  await writeFile(at('p00007.png'), 'x');
  await t.rejects(openVideoJob({ input: clip, output: at('p%05d.png') }), /p00007\.png is there already/);
});

t.test('the pictures that are read are never replaced, whatever their spelling', async (t) => {
  await symlink(at('sq'), at('link'));
  for (const output of ['sq/%05d.png', 'sq/%5d.png', 'link/%05d.png', 'link/%d.png']) {
    const job = openVideoJob({ input: at('sq/%05d.png'), output: at(output), overwrites: true });
    if (output === 'link/%d.png') await t.resolves(job, 'other names');
    else await t.rejects(job, { name: 'UsageError', message: /would overwrite .*0000\d\.png, which is read/ }, output);
  }
  await cp(at('sq/00001.png'), at('a.png'));
});

t.test('a device is no output', { skip: process.platform === 'win32' }, async (t) => {
  execFileSync('mkfifo', [at('fifo.mkv')]);
  for (const output of [at('fifo.mkv'), '/dev/null']) {
    await t.rejects(openVideoJob({ input: clip, output, container: 'mkv', overwrites: true }), {
      name: 'UsageError',
      message: /is no regular file/,
    });
  }
  await rm(at('fifo.mkv'));
});

t.test('a length of nothing is refused', async (t) => {
  await t.rejects(
    openVideoJob({ input: clip, output: at('none.mp4'), durationSeconds: 0 }),
    /--duration must be above 0/,
  );
  t.notOk((await readdir(folder)).includes('none.mp4'));
});

t.test('names with a % or a colon are files where such files are', async (t) => {
  for (const name of ['my%20dog.mp4', 'Talk: intro.mp4', 'a%3d.mp4']) {
    await cp(clip, at(name));
    t.equal((await openVideoJob({ input: at(name), output: at('out%20.mp4') })).input.pictures, null, name);
  }
  const here = process.cwd();
  process.chdir(folder);
  t.teardown(() => process.chdir(here));
  t.equal((await openVideoJob({ input: 'Talk: intro.mp4', output: 'out.mp4' })).info.video.width, 32);
});

t.test('of a bare stream it is told that its times are guessed', async (t) => {
  const bare = await makeClip(at('bare.h264'), '-i', clip, '-c', 'copy');
  t.match((await openVideoJob({ input: bare, output: at('b.mp4') })).remarks, [/bare h264 stream.*guessed/]);
  t.notMatch((await openVideoJob({ input: clip, output: at('c.mp4') })).remarks.join(), /guessed/);
});
