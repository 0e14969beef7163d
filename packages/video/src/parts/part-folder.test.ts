import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { damagedParts, openParts, readParts } from './part-folder.ts';

const TIMES = { startSeconds: 0, lastSeconds: 0.2, endSeconds: 0.24 };

t.test('parts of earlier versions, named segment-…, come before those named now', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'instagan-parts-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const record = (name: string, firstFrame: number, frames: number) =>
    writeFile(
      join(folder, `${name}.json`),
      JSON.stringify({ file: `/moved/${name}.mp4`, firstFrame, frames, ...TIMES }),
    );
  await record('segment-00000000', 0, 4);
  await record('segment-00000004', 4, 4);
  await record('part-00000008', 8, 3);
  t.same(
    (await readParts(folder)).map(({ file, frames }) => [file, frames]),
    [
      [join(folder, 'segment-00000000.mp4'), 4],
      [join(folder, 'segment-00000004.mp4'), 4],
      [join(folder, 'part-00000008.mp4'), 3],
    ],
  );
});

t.test('a part that has changed since it was written is made anew, and so is one whose record has', async (t) => {
  const folder = join(t.testdir(), 'shard');
  const open = (resumes: boolean) => openParts(folder, { plan: { size: 1 }, ending: 'mp4', resumes });
  /** Opened for what it tells. */
  const reopened = async () => {
    const again = await open(true);
    await again.close();
    return again;
  };
  const parts = await open(false);
  for (const firstFrame of [0, 4, 8]) {
    const file = parts.fileFor(firstFrame);
    await writeFile(file, `frames from ${firstFrame} on`);
    await parts.commit({ file, firstFrame, frames: 4, ...TIMES });
  }
  t.same(await damagedParts(folder), []);
  await parts.close();
  t.equal((await reopened()).damage.length, 0);
  const record = join(folder, 'part-00000008.json');
  const whole = await readFile(record, 'utf8');
  for (const damaged of [whole.replace('0.24', '0.25'), '', '[]', '{"frames":1}', 'null']) {
    await writeFile(record, damaged);
    t.same(await damagedParts(folder), ['part-00000008.json'], damaged);
  }
  await writeFile(parts.fileFor(4), 'frames from 4 on, but not these');
  const { damage } = await reopened();
  t.match(damage, [/part-00000004\.json or its part is damaged: it is made anew\.$/, /part-00000008\.json/]);
  t.same((await readParts(folder)).length, 1);
});
