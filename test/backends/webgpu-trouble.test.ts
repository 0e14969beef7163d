import path from 'node:path';
import { openBackend, type RunEvent } from '@instagan/core';
import { openOrSkip } from '@instagan/core/internals/backends';
import { tinyConfig, trainTiny } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import t, { type Test } from 'tap';

t.setTimeout(240_000);

const STEPS = 4;
const CONFIG = tinyConfig({ logEvery: 1, checkpointEvery: 1 });

/** The device of the backend that is open. */
function openDevice(): GPUDevice {
  return (tf.backend() as unknown as { device: GPUDevice }).device;
}

/** Trains while `disturb` does something to the GPU after the second step. @returns what training threw */
async function trainDisturbed(t: Test, runFolder: string, resume: boolean, disturb: () => void) {
  const { events, error } = await trainTiny({ runFolder, config: CONFIG, steps: STEPS, resume }, (event: RunEvent) => {
    const done = event.type === 'checkpoint' || event.type === 'run-started';
    if (done && event.step === 2) disturb();
  });
  t.match(events.at(-1), { type: 'run-failed', message: error?.message ?? '' }, 'the log says why it ended');
  return error;
}

async function checkResumes(t: Test, runFolder: string): Promise<void> {
  const { events, error } = await trainTiny({ runFolder, config: CONFIG, steps: STEPS, resume: true });
  t.equal(error, undefined);
  t.match(events[0], { type: 'run-started', step: 2, resumed: true }, 'from the last checkpoint');
  t.match(events.at(-1), { type: 'run-finished', step: STEPS, reason: 'completed' });
}

t.test('a GPU that is lost ends the training with its cause, and the run goes on with --resume', async (t) => {
  const backend = await openOrSkip(t, 'webgpu');
  if (backend === null) return;
  const runFolder = path.join(t.testdir(), 'run');
  const error = await trainDisturbed(t, runFolder, false, () => openDevice().destroy());
  t.match(error, { name: 'UserError', message: /^The GPU .* was lost \(.*\): go on with --resume/ });
  await backend.close();
  await openOrSkip(t, 'webgpu');
  await checkResumes(t, runFolder);
});

t.test('a GPU without memory left ends the training with advice, and the run goes on elsewhere', async (t) => {
  // Dawn's device that computes nothing has 256 MiB. It is chosen when its GPU object is made: no other test may have made one.
  const before = process.env.DAWNNODE_BACKEND;
  process.env.DAWNNODE_BACKEND = 'null';
  t.teardown(() => {
    if (before === undefined) delete process.env.DAWNNODE_BACKEND;
    else process.env.DAWNNODE_BACKEND = before;
  });
  const runFolder = path.join(t.testdir(), 'run');
  const wasm = await openBackend('wasm', { threads: 1 });
  await trainTiny({ runFolder, config: CONFIG, steps: 2 });
  await wasm.close();
  const backend = await openOrSkip(t, 'webgpu', { tuning: false });
  if (backend === null) return;
  const error = await trainDisturbed(t, runFolder, true, () => {
    for (let taken = 0; taken < 10; taken++) tf.square(tf.zeros([1024, 1024, 8]));
  });
  t.match(error, {
    name: 'UserError',
    message: /^The GPU .* is out of memory \(.*\): end other programs that use it, or lower --batch, --size or --ngf/,
  });
  await backend.close();
  const other = await openBackend('wasm', { threads: 1 });
  t.teardown(() => other.close());
  await checkResumes(t, runFolder);
});
