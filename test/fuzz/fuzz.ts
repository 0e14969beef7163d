import { Worker } from 'node:worker_threads';
import type { Find, FuzzJob, FuzzResult } from './fuzz-job.ts';
import { cpuMs, MAX_CPU_MS } from './guard.ts';

const MAX_INPUT_BYTES = 1 << 20;
const MAX_GROWTH_BYTES = 512 * 2 ** 20;
const WATCH_MS = 50;
/** A worker that computes at one input for longer than this, or waits for longer, is ended; up to then it may tell by itself. */
const HANG_CPU_MS = 2 * MAX_CPU_MS;
const HANG_MS = 60_000;

/**
 * Lets a worker try inputs, and ends it when one hangs or takes too much memory.
 *
 * @param program `fuzz-worker.ts`, instrumented
 */
export function fuzz(program: string, job: Omit<FuzzJob, 'shared'>): Promise<FuzzResult> {
  const shared = new SharedArrayBuffer(16 + MAX_INPUT_BYTES);
  const [beganMs, counts] = [new Float64Array(shared, 0, 1), new Int32Array(shared, 8, 2)];
  const input = () => Uint8Array.from(new Uint8Array(shared, 16).subarray(0, counts[0]));
  const worker = new Worker(program, { workerData: { ...job, shared } satisfies FuzzJob, execArgv: [] });
  return new Promise((resolve, reject) => {
    let baseBytes = Number.POSITIVE_INFINITY;
    const end = (result: FuzzResult) => {
      clearInterval(watch);
      void worker.terminate();
      resolve(result);
    };
    const endWith = (fault: string) =>
      end({
        type: 'done',
        tried: counts[1] as number,
        ways: 0,
        corpus: 0,
        finds: [{ fault, input: input() } satisfies Find],
      });
    let [watchedMs, cpuAtBegin] = [0, 0];
    const watch = setInterval(() => {
      const began = beganMs[0] as number;
      if (began !== watchedMs) [watchedMs, cpuAtBegin] = [began, cpuMs()];
      else if (began !== 0 && (cpuMs() - cpuAtBegin > HANG_CPU_MS || Date.now() - began > HANG_MS)) {
        return endWith('it hangs');
      }
      const growth = process.memoryUsage.rss() - baseBytes;
      if (growth > MAX_GROWTH_BYTES) endWith(`memory grows by ${Math.round(growth / 2 ** 20)} MB`);
    }, WATCH_MS);
    worker.on('message', (message: FuzzResult | { type: 'begun' }) => {
      if (message.type === 'begun') baseBytes = process.memoryUsage.rss();
      else end(message);
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') return endWith('the memory is used up');
      clearInterval(watch);
      reject(error);
    });
  });
}
