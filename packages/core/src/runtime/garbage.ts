import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runtimeInfo } from './runtime-info.ts';

/**
 * Keeps what JavaScript leaves behind small. A training step makes thousands of short-lived objects; left alone, V8 lets
 * them pile up for a hundred megabytes, and peak memory would depend on how long a step is.
 *
 * @param limitBytes garbage to allow before it is collected
 * @returns to be called often; cheap unless it collects. On Bun and Deno it leaves collecting to the runtime
 */
export function garbageLimit(limitBytes: number): () => void {
  if (runtimeInfo().name !== 'node') return () => {};
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  let liveBytes = getHeapStatistics().used_heap_size;
  return () => {
    if (getHeapStatistics().used_heap_size - liveBytes < limitBytes) return;
    collect();
    liveBytes = getHeapStatistics().used_heap_size;
  };
}
