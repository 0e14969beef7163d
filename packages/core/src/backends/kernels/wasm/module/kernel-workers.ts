/// <reference path="../../../../runtime/webassembly.d.ts" />
import { createRequire } from 'node:module';
import type { Worker as NodeWorker } from 'node:worker_threads';

const require = createRequire(import.meta.url);

/** A worker sleeps inside of the module between jobs; it returns, and its thread ends, when told to stop. */
const SOURCE = `
const { binary, memory, control, thread } = require('node:worker_threads').workerData;
new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } }).exports.serve(control, thread);
`;

/**
 * Starts workers that help with the jobs of one control block. They do not hold the process open, and jobs do not wait
 * for workers that have not started yet.
 *
 * @param memory shared
 * @param control address of the control block
 * @param count workers; they are threads 1 to `count`, the caller is thread 0
 */
export function startKernelWorkers(
  binary: Uint8Array,
  memory: WebAssembly.Memory,
  control: number,
  count: number,
): void {
  const { Worker } = require('node:worker_threads') as { Worker: typeof NodeWorker };
  for (let thread = 1; thread <= count; thread++) {
    // Without the program's own flags: a loader given by `--import` would be loaded once more for every worker.
    const options = { eval: true, execArgv: [], workerData: { binary, memory, control, thread } };
    const worker = new Worker(SOURCE, options);
    worker.unref();
  }
}
