import path from 'node:path';
import { openBackend, readNewestCheckpoint } from '@instagan/core';
import { wasmModule } from '@instagan/core/internals/backends';
import { tinyConfig, trainTiny } from '@instagan/core/internals/training';
import t from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';

// What happens to a training whose device fails; for WebGPU see webgpu-trouble.test.ts.

const CONFIG = tinyConfig({ logEvery: 1, checkpointEvery: 1 });
const on = (name: string) => ({ name, device: 'test', gpu: false });

/** Takes all that is left of the heap. */
function fillHeap(): void {
  for (let bytes = 2 ** 30; bytes >= 2 ** 10; ) {
    try {
      wasmModule()._malloc(bytes);
    } catch {
      bytes /= 2;
    }
  }
}

t.test('a wasm heap that is full ends the training with advice, and the run goes on from its checkpoint', async (t) => {
  const runFolder = path.join(t.testdir(), 'run');
  const wasm = await openBackend('wasm', { threads: 1 });
  const { events, error } = await trainTiny({ runFolder, config: CONFIG, steps: 4 }, (event) => {
    if (event.type === 'checkpoint' && event.step === 2) fillHeap();
  });
  await wasm.close();
  t.match(error, {
    name: 'UserError',
    message: /^The wasm backend is out of memory, .*: lower --size, --ngf, --batch/,
  });
  t.match(events.at(-1), { type: 'run-failed', message: error?.message ?? '' }, 'the log says why it ended');
  const { checkpoint, warnings } = await readNewestCheckpoint(runFolder);
  t.same([checkpoint?.step, warnings], [2, []], 'what was saved is whole');

  const again = await openBackend('wasm', { threads: 1 });
  const resumed = await trainTiny({ runFolder, config: CONFIG, steps: 4, resume: true });
  await again.close();
  t.equal(resumed.error, undefined);
  t.match(resumed.events.at(-1), { type: 'run-finished', step: 4, reason: 'completed' });
});

t.test('a run may go on on another backend, and its log says so', async (t) => {
  const runFolder = path.join(t.testdir(), 'run');
  const resumeOn = async (name: 'wasm' | 'cpu', steps: number) => {
    const backend = await openBackend(name);
    const options = { runFolder, config: CONFIG, steps, resume: steps > 1, backend: on(name) };
    const { events, error } = await trainTiny(options);
    await backend.close();
    t.equal(error, undefined);
    t.match(events.at(-1), { type: 'run-finished', step: steps });
    return events.filter(({ type }) => type === 'warning');
  };
  t.same(await resumeOn('wasm', 1), []);
  t.match(await resumeOn('cpu', 2), [
    {
      code: 'backend-changed',
      message: /^The run was trained on wasm up to step 1 and continues on cpu, .* add --backend wasm\.$/,
    },
  ]);
  t.same(await resumeOn('cpu', 3), [], 'said once');
});

t.test('a GPU that is gone when its run is to go on is an error with the fix, and changes nothing', async (t) => {
  const cwd = t.testdir();
  const backend = await openBackend('wasm', { threads: 1 });
  await trainTiny({ runFolder: path.join(cwd, 'run'), config: CONFIG, steps: 2, backend: on('webgpu') });
  await backend.close();
  const { code, stderr } = await callCli(
    [
      'train',
      '--data',
      'd',
      '--run',
      'run',
      '--resume',
      '--steps',
      '4',
      '--backend',
      'webgpu',
      '--adapter',
      'GTX 9999',
    ],
    cwd,
  );
  t.equal(code, 1);
  t.match(stderr, /no WebGPU adapter "GTX 9999": choose --adapter from|WebGPU finds no GPU: install/);
  const { checkpoint } = await readNewestCheckpoint(path.join(cwd, 'run'));
  t.equal(checkpoint?.step, 2);
});
