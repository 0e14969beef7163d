import { Worker } from 'node:worker_threads';
import type { DecodeWorkerData } from './decode-message.ts';

/**
 * Starts a decode worker, on Node, Bun and Deno (all have `node:worker_threads`), from TypeScript sources and from the
 * built package alike: the worker's file has the ending of this one.
 *
 * @throws whatever the runtime throws if it has no threads
 */
export function startWorker(workerData: DecodeWorkerData): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const url = new URL(`./decode-worker${isSource ? '.ts' : '.js'}`, import.meta.url);
  // What the process preloads need not load in a thread, such as TypeScript.
  return new Worker(isSource && needsTsx() ? throughTsx(url) : url, { workerData, execArgv: [] });
}

/** Node reads TypeScript by itself from 22.18 on; Bun and Deno always do. */
function needsTsx(): boolean {
  const isNode = !('bun' in process.versions) && !('deno' in process.versions);
  return isNode && !('typescript' in process.features && process.features.typescript);
}

/** tsx hooks the main thread only, also with `--import tsx` in the worker's own arguments: it must be asked from inside. */
function throughTsx(url: URL): URL {
  const api = import.meta.resolve('tsx/esm/api');
  const code = `import { register } from ${JSON.stringify(api)}; register(); await import(${JSON.stringify(url.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
