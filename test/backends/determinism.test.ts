import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { openBackend, readNewestCheckpoint, translationModel } from '@instagan/core';
import { tinyConfig, trainTiny } from '@instagan/core/internals/training';
import t from 'tap';
import { skipReason } from '../helpers/open-backend.ts';

// What docs/reliability.md says of each backend, beside what resume.test.ts compares.

const CONFIG = tinyConfig({ checkpointEvery: 2, ngf: 4, ndf: 4 });

async function checkpointDigests(run: string, step: number): Promise<Record<string, string>> {
  const folder = path.join(run, 'checkpoints', `step-${String(step).padStart(8, '0')}`);
  const digests = (await readdir(folder)).sort().map(async (name) => {
    const bytes = await readFile(path.join(folder, name));
    return [name, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(digests));
}

t.test('wasm computes the same bits with any number of threads: a run may move to another machine', async (t) => {
  const folder = t.testdir();
  const digestsOn = async (threads: number) => {
    const backend = await openBackend('wasm', { threads });
    t.equal(backend.threads, threads);
    const runFolder = path.join(folder, `on-${threads}`);
    const { error } = await trainTiny({ runFolder, config: CONFIG, steps: 2 });
    await backend.close();
    t.equal(error, undefined);
    return checkpointDigests(runFolder, 2);
  };
  const one = await digestsOn(1);
  t.equal(Object.keys(one).length, 4);
  for (const threads of [2, 3]) t.same(await digestsOn(threads), one, `${threads} threads`);
});

for (const name of ['node', 'webgpu'] as const) {
  const skip = await skipReason(name);
  t.test(`on ${name} all that a training holds comes back from a checkpoint bit for bit`, { skip }, async (t) => {
    const runFolder = path.join(t.testdir(), 'run');
    const backend = await openBackend(name);
    t.teardown(() => backend.close());
    const { error } = await trainTiny({ runFolder, config: CONFIG, steps: 2 });
    t.equal(error, undefined);
    const { checkpoint } = await readNewestCheckpoint(runFolder);
    const of = { name, device: 'test', gpu: false };
    const learner = translationModel(CONFIG).begin(CONFIG, checkpoint, of);
    const { files } = await learner.toCheckpoint();
    learner.dispose();
    t.same(Object.keys(files).sort(), Object.keys(checkpoint?.files ?? {}).sort());
    for (const [file, arrays] of Object.entries(files)) {
      for (const [key, { shape, data }] of arrays) {
        const saved = checkpoint?.files[file]?.get(key);
        t.same(shape, saved?.shape, `${file} ${key}`);
        const bytes = [data, saved?.data].map(
          (each) => each && Buffer.from(each.buffer, each.byteOffset, each.byteLength),
        );
        t.ok(bytes[1] !== undefined && bytes[0]?.equals(bytes[1]), `${file} ${key}: the same bits`);
      }
    }
  });
}
