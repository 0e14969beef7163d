// For @tensorflow/tfjs-backend-wasm 4.22.0.
// Why: its emscripten build starts each thread from a `blob:` URL, which Node's `Worker` refuses, and always fills a
//   pool of 8.
// Without it: the threaded build does not start in Node.

import { createRequire } from 'node:module';
import type { Worker as NodeWorker } from 'node:worker_threads';
import { runtimeInfo } from '../runtime/runtime-info.ts';

const require = createRequire(import.meta.url);

/** The pool that the emscripten build of tfjs-backend-wasm always creates (PTHREAD_POOL_SIZE). */
const POOL_SIZE = 8;

/** Threads that tfjs-backend-wasm will use at most, the calling thread among them. */
export const MAX_PTHREADS = POOL_SIZE;

interface WorkerThreads {
  Worker: unknown;
}
type MessageListener = (message: unknown) => void;

/**
 * Runs `start` while the emscripten pthread pool gets workers that work on Node, Bun and Deno, and returns what it
 * returns. Afterwards those workers do not hold the process open.
 *
 * `Worker` is replaced for the time of `start` by one that evaluates `workerSource` itself. Only the `threads - 1`
 * workers that will be used become real (the pool is emptied from its end); the others answer at once and cost nothing.
 *
 * @param workerSource source of the worker, as shipped with the threaded module
 * @param threads threads wanted in all, from 1 to {@link MAX_PTHREADS}
 * @throws whatever `start` throws, or the error of a worker that does not start
 */
export async function withPthreadWorkers<T>(
  workerSource: string,
  threads: number,
  start: () => Promise<T>,
): Promise<T> {
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_PTHREADS) {
    throw new RangeError(`threads must be a whole number from 1 to ${MAX_PTHREADS}, got ${threads}.`);
  }
  const workerThreads = require('node:worker_threads') as WorkerThreads;
  const globals = globalThis as { Worker?: unknown };
  const RealWorker = workerThreads.Worker as typeof NodeWorker;
  const globalWorker = Object.getOwnPropertyDescriptor(globals, 'Worker');
  const source = portableSource(workerSource);
  const real: NodeWorker[] = [];
  let created = 0;
  let fail: (error: unknown) => void = () => {};
  const failure = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failure.catch(() => {});

  function PoolWorker(): NodeWorker | SpareWorker {
    created += 1;
    if (created <= POOL_SIZE - (threads - 1)) return new SpareWorker();
    const worker = new RealWorker(source, { eval: true });
    worker.on('error', (error) => fail(error));
    real.push(worker);
    return worker;
  }

  workerThreads.Worker = PoolWorker;
  try {
    const result = await Promise.race([start(), failure]);
    for (const worker of real) worker.unref();
    return result;
  } catch (error) {
    await Promise.all(real.map((worker) => worker.terminate()));
    throw error;
  } finally {
    workerThreads.Worker = RealWorker;
    if (globalWorker) Object.defineProperty(globals, 'Worker', globalWorker);
    else delete globals.Worker;
  }
}

/**
 * The stock source is kept in a template string that swallows one level of escapes (it holds line ends inside string
 * literals). Deno defines a read-only `location` in workers: the prelude would fail on assigning to it.
 */
function portableSource(workerSource: string): string {
  const source = workerSource.replaceAll('\n', '\\n');
  return runtimeInfo().name === 'deno' ? source.replace('location:{href:__filename},', '') : source;
}

/** Stands for a pool slot that no thread will ever take: says that it has loaded, and refuses to run. */
class SpareWorker {
  readonly #listeners: MessageListener[] = [];

  on(event: string, listener: MessageListener): this {
    if (event === 'message') this.#listeners.push(listener);
    return this;
  }

  postMessage(message: { readonly cmd?: string }): void {
    if (message.cmd !== 'load') throw new Error('The pool of WebAssembly threads is used up.');
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener({ cmd: 'loaded' });
    });
  }

  ref(): void {}
  unref(): void {}
  terminate(): void {}
}
