import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { readParts } from './part-folder.ts';

t.test('parts of earlier versions, named segment-…, come before those named now', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'instagan-parts-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const record = (name: string, firstFrame: number, frames: number) =>
    writeFile(join(folder, `${name}.json`), JSON.stringify({ file: `/moved/${name}.mp4`, firstFrame, frames }));
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
