import { appendFileSync, readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import type { Probe } from './probe.ts';

/**
 * Loaded into the `instagan` command before all else: writes to the file `PROBE_FILE` what the process holds, once its garbage is
 * collected. That takes a twentieth of what the process computes.
 */
const { PROBE_FILE } = process.env;
const INTERVAL_MS = 100;
const WORK_A_PROBE = 20;

if (isMainThread && PROBE_FILE !== undefined) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  let [begun, taken] = [0, 0];
  setInterval(() => {
    if (cpuMs() - begun < WORK_A_PROBE * taken) return;
    begun = cpuMs();
    collect();
    const { rss, heapUsed, external } = process.memoryUsage();
    const probe: Probe = {
      timeMs: Date.now(),
      rssBytes: rss,
      jsBytes: heapUsed + external,
      openFiles: entriesOf('/proc/self/fd'),
      threads: entriesOf('/proc/self/task'),
      resources: countsOf(process.getActiveResourcesInfo()),
    };
    appendFileSync(PROBE_FILE, `${JSON.stringify(probe)}\n`);
    taken = cpuMs() - begun;
  }, INTERVAL_MS).unref();
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function entriesOf(folder: string): number | null {
  try {
    return readdirSync(folder).length;
  } catch {
    return null;
  }
}

function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
