import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { wasmBackend, wasmMemory, wasmModule } from './wasm.ts';

t.test('opening wasm leaves the process as it was', async (t) => {
  const globalWorker = (globalThis as { Worker?: unknown }).Worker;
  const listeners = () =>
    ['uncaughtException', 'unhandledRejection'].map((event) => process.listeners(event as 'exit'));
  const before = listeners();
  const backend = await wasmBackend.open({ threads: 2 });
  t.equal((globalThis as { Worker?: unknown }).Worker, globalWorker, 'no Worker of ours is left on globalThis');
  t.strictSame(listeners(), before, 'the program keeps its own handling of uncaught errors');
  const worker = new Worker('require("node:worker_threads").parentPort.postMessage("ran")', { eval: true });
  t.equal(await new Promise((resolve) => worker.once('message', resolve)), 'ran', 'other workers still start');
  await backend.close();
});

t.test('wasm opens again after it was closed, with other threads', async (t) => {
  for (const threads of [2, 1, 2]) {
    const backend = await wasmBackend.open({ threads });
    t.equal(backend.threads, threads);
    t.equal(wasmModule().tfjs.getThreadsCount(), 1, 'stock operations run on one thread, our kernels on all');
    const sum = tf.tidy(() => tf.ones([64]).sum());
    t.strictSame(await sum.array(), 64);
    sum.dispose();
    await backend.close();
  }
});

t.test('stock convolutions have all threads when our kernels are off: figures of both are fair', async (t) => {
  const backend = await wasmBackend.open({ threads: 2, stockKernels: ['Convolution'] });
  t.equal(wasmModule().tfjs.getThreadsCount(), 2);
  await backend.close();
});

t.test('its memory is to be had only while it is open: a stale one would hold no tensors', async (t) => {
  t.throws(() => wasmMemory(), /not open/);
  const backend = await wasmBackend.open({ threads: 1 });
  const memory = wasmMemory();
  t.equal(memory.buffer.byteLength, wasmModule().HEAPU8.byteLength);
  await t.rejects(wasmBackend.open({}), /already open/);
  t.equal(wasmMemory(), memory);
  await backend.close();
  t.throws(() => wasmMemory(), /not open/);
});

t.test('more threads than the build can use are refused visibly', async (t) => {
  const log: string[] = [];
  const backend = await wasmBackend.open({ threads: 64, log: (message) => log.push(message) });
  t.equal(backend.threads, 8);
  t.match(log, [/at most 8 threads/]);
  await backend.close();
});

t.test('a full heap is an error with the fix, not a tensor at address 0 that overwrites others', async (t) => {
  for (const threads of [1, 2]) {
    const backend = await wasmBackend.open({ threads });
    const allocateTooMuch = () => {
      for (let i = 0; i < 5; i++) wasmModule()._malloc(2 ** 30);
    };
    t.throws(allocateTooMuch, { name: 'UserError', message: /out of memory.*lower --size/ }, `${threads} threads`);
    await backend.close();
  }
});
