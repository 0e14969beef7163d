import { statfsSync } from 'node:fs';
import type { RunEntry, RunStatus } from '../log/run-entry.ts';

const MIN_FREE_BYTES = 2e9;
/** A run that writes, or that a full disk may have ended. */
const FILLING: ReadonlySet<RunStatus> = new Set(['running', 'paused', 'failed', 'lost']);

/** What is wrong with the disk that a run writes to; null if nothing is, or if it cannot be told. */
export function diskFault(run: RunEntry): string | null {
  if (!FILLING.has(run.status)) return null;
  try {
    const { bavail, bsize } = statfsSync(run.folder);
    const freeBytes = Number(bavail) * Number(bsize);
    if (freeBytes >= MIN_FREE_BYTES) return null;
    return `the disk is nearly full: ${(freeBytes / 1e9).toFixed(1)} GB left for ${run.folder}`;
  } catch {
    return null;
  }
}
