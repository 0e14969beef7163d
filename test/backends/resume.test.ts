import { createHash } from 'node:crypto';
import { cpSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { openBackend } from '@instagan/core';
import { tinyConfig, trainTiny } from '@instagan/core/internals/training';
import t from 'tap';
import { skipReason } from '../helpers/open-backend.ts';

/** Deterministic backends: there a resumed run must be the unbroken one. */
const BACKENDS = ['wasm', 'cpu', 'webgpu'] as const;

async function hashes(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder)).sort();
  const entries = files.map(async (file) => {
    const bytes = await readFile(path.join(folder, file));
    return [file, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Leaves a run as it is now at another place, where nothing trains it. */
function copyRun(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (file) => path.basename(file) !== 'run.lock' });
}

for (const name of BACKENDS) {
  const skip = await skipReason(name);
  t.test(`four steps on ${name} are two, a checkpoint and two more, bit for bit`, { skip }, async (t) => {
    const folder = t.testdir();
    // The learning rate falls from the second step on, and an image of the pool is replaced at the third.
    const config = tinyConfig({ epochs: { constant: 0.25, decay: 2 }, checkpointEvery: 2, sampleEvery: 0 });
    const runs = { whole: path.join(folder, 'whole'), parts: path.join(folder, 'parts') };
    const train = async (runFolder: string, resume: boolean) => {
      const backend = await openBackend(name);
      try {
        const options = { runFolder, steps: 4, resume, config: resume ? {} : config };
        const { events, error } = await trainTiny(options, ({ type, step }) => {
          if (type === 'checkpoint' && step === 2) copyRun(runs.whole, runs.parts);
        });
        t.equal(error, undefined, 'trains to step 4');
        t.match(events.at(-1), { type: 'run-finished', step: 4, reason: 'completed' }, 'and says so');
        return events.flatMap(({ type, step }) => (type === 'step' ? [step] : []));
      } finally {
        await backend.close();
      }
    };
    t.same(await train(runs.whole, false), [1, 2, 3, 4]);
    t.same(await train(runs.parts, true), [3, 4], 'the second part goes on from the checkpoint');
    const [whole, parts] = [runs.whole, runs.parts].map((run) => hashes(path.join(run, 'checkpoints/step-00000004')));
    const expected = await whole!;
    t.same(
      Object.keys(expected),
      ['manifest.json', 'model.safetensors', 'optimizer.safetensors', 'pools.safetensors'],
      'everything is saved',
    );
    t.same(await parts, expected, 'with the same bytes');
  });
}
