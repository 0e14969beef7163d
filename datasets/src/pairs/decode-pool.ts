import type { Worker } from 'node:worker_threads';
import { type Sample, UserError } from '@instagan/core/data';
import { blockOtherLoaders } from '../images/open-image.ts';
import { createByteCache } from './byte-cache.ts';
import type { DecodeReply, DecodeRequest, DecodeWorkerData } from './decode-message.ts';
import { decodeSample, type LoadedImage, type SampleOptions, type SampleTask } from './decode-sample.ts';
import { startWorker } from './start-worker.ts';

/** Makes samples, in worker threads or in this one. */
export interface DecodePool {
  /** Worker threads; 0 if decoding happens in this thread. */
  readonly workers: number;
  /** @throws UserError naming the file that cannot be read */
  decode(task: SampleTask): Promise<Sample>;
  /** Fails what is still waiting and ends the workers after the sample each has at hand. */
  close(): Promise<void>;
}

export interface DecodePoolOptions {
  /** Worker threads; 0 decodes in this thread. */
  readonly workers: number;
  /** Bytes of resized images kept, over all workers. */
  readonly cacheBytes: number;
}

/** A worker that has not finished what it has at hand so long after being told to close is ended by force. */
const closeTimeoutMs = 3_000;

/** Starts one worker thread; see `startWorker`. */
export type StartWorker = (data: DecodeWorkerData) => Worker;

/**
 * Opens the pool; where threads do not start, decoding happens in this thread.
 *
 * @param start how a worker is started
 * @returns `warning` says why no thread runs although some were asked for, else null
 */
export async function openDecodePool(
  options: SampleOptions,
  pool: DecodePoolOptions,
  start: StartWorker = startWorker,
): Promise<{ readonly pool: DecodePool; readonly warning: string | null }> {
  if (pool.workers === 0) return { pool: inProcessPool(options, pool.cacheBytes), warning: null };
  try {
    return { pool: await threadPool(options, pool, start), warning: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      pool: inProcessPool(options, pool.cacheBytes),
      warning: `Decode threads do not start here (${why}): images are decoded in the training thread, which is slower.`,
    };
  }
}

async function threadPool(options: SampleOptions, pool: DecodePoolOptions, start: StartWorker): Promise<DecodePool> {
  const data: DecodeWorkerData = { options, cacheBytes: Math.floor(pool.cacheBytes / pool.workers) };
  const lanes: Lane[] = [];
  blockOtherLoaders();
  try {
    for (let i = 0; i < pool.workers; i++) lanes.push(createLane(start(data)));
    await Promise.all(lanes.map((lane) => lane.ready));
  } catch (error) {
    await Promise.all(lanes.map((lane) => lane.close()));
    throw error;
  }
  return {
    workers: lanes.length,
    // One image always goes to the same worker: only one of them then keeps it.
    decode: (task) => (lanes[laneOf(task.file, lanes.length)] as Lane).decode(task),
    close: async () => {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

function inProcessPool(options: SampleOptions, cacheBytes: number): DecodePool {
  const cache = createByteCache<LoadedImage>(cacheBytes);
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();
  return {
    workers: 0,
    decode: (task) => {
      const sample = last.then(() => {
        if (closed) throw closedError();
        return decodeSample(task, options, cache);
      });
      last = sample.catch(() => {});
      return sample;
    },
    close: async () => {
      closed = true;
      await last;
    },
  };
}

interface Lane {
  readonly ready: Promise<void>;
  decode(task: SampleTask): Promise<Sample>;
  close(): Promise<void>;
}

interface Job {
  readonly task: SampleTask;
  readonly resolve: (sample: Sample) => void;
  readonly reject: (error: Error) => void;
}

/** One worker and what waits for it. The worker is given one task at a time, so that closing is prompt. */
function createLane(worker: Worker): Lane {
  const waiting: Job[] = [];
  let current: (Job & { readonly id: number }) | null = null;
  let nextId = 0;
  let failure: Error | null = null;
  const started = createGate();
  const ended = createGate();

  const send = (request: DecodeRequest) => worker.postMessage(request);
  const next = () => {
    const job = waiting.shift();
    current = job === undefined ? null : { ...job, id: nextId++ };
    if (current === null) worker.unref();
    else send({ type: 'decode', id: current.id, task: current.task });
  };
  const fail = (error: Error) => {
    failure ??= error;
    started.fail(failure);
    for (const job of current === null ? waiting.splice(0) : [current, ...waiting.splice(0)]) job.reject(failure);
    current = null;
  };

  worker.on('message', (reply: DecodeReply) => {
    if (reply.type === 'ready') {
      started.open();
      if (current === null) worker.unref();
      return;
    }
    if (reply.type === 'closed') {
      ended.open();
      return;
    }
    if (current === null || reply.id !== current.id) return;
    if (reply.type === 'sample') current.resolve(reply.sample);
    else current.reject(reply.isUserError ? new UserError(reply.message) : new Error(reply.message));
    next();
  });
  worker.on('error', (error: Error) => fail(error));
  worker.on('exit', (code) => {
    const at = current === null ? '' : ` while it read ${current.task.file}`;
    fail(
      new UserError(`A decode worker ended with code ${code}${at}: there may be too little memory; use fewer workers.`),
    );
    ended.open();
  });

  return {
    ready: started.passed,
    decode: (task) =>
      new Promise((resolve, reject) => {
        if (failure !== null) {
          reject(failure);
          return;
        }
        waiting.push({ task, resolve, reject });
        // While anyone waits for a sample the process must not end; idle workers do not hold it.
        worker.ref();
        if (current === null) next();
      }),
    close: async () => {
      fail(closedError());
      worker.ref();
      send({ type: 'close' });
      const timer = setTimeout(ended.open, closeTimeoutMs);
      await ended.passed;
      clearTimeout(timer);
      await worker.terminate();
    },
  };
}

interface Gate {
  readonly passed: Promise<void>;
  open(): void;
  fail(error: Error): void;
}

/** A promise settled from outside; a failure that nobody waits for is no unhandled rejection. */
function createGate(): Gate {
  let open = () => {};
  let fail: Gate['fail'] = () => {};
  const passed = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  passed.catch(() => {});
  return { passed, open: () => open(), fail: (error) => fail(error) };
}

function closedError(): Error {
  return new Error('The source of training pairs was closed.');
}

function laneOf(file: string, lanes: number): number {
  let hash = 0;
  for (let i = 0; i < file.length; i++) hash = (Math.imul(hash, 31) + file.charCodeAt(i)) >>> 0;
  return hash % lanes;
}
