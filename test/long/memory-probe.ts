import { appendFileSync, readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import type { Probe } from './probe.ts';

/**
 * Loaded into the `instagan` command before all else: writes to the file `PROBE_FILE` every `PROBE_MS` what the process holds, once
 * its garbage is collected.
 */
const { PROBE_FILE, PROBE_MS } = process.env;

if (isMainThread && PROBE_FILE !== undefined) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  setInterval(() => {
    collect();
    const { rss, heapUsed, external } = process.memoryUsage();
    const probe: Probe = {
      timeMs: Date.now(),
      rssBytes: rss,
      jsBytes: heapUsed + external,
      openFiles: openFiles(),
      resources: process.getActiveResourcesInfo().length,
    };
    appendFileSync(PROBE_FILE, `${JSON.stringify(probe)}\n`);
  }, Number(PROBE_MS)).unref();
}

function openFiles(): number | null {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return null;
  }
}
