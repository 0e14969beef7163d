import { formatSeconds } from '../../output/format.ts';
import type { RunEntry } from './run-entry.ts';

/** A training is stuck if it makes no step in the time of this many. */
const PATIENCE_STEPS = 30;
const MIN_PATIENCE_MS = 120_000;

const GONE = {
  training: 'the training process is gone: it was killed or the machine went down; continue with --resume',
  job: 'the process of the job is gone: it was killed or the machine went down',
} as const;

/**
 * Alarms in force, newest first: those of the training, and what only an onlooker can see.
 *
 * @param disk what is wrong with the disk, if anything
 */
export function runAlarms(run: RunEntry, disk: string | null, nowMs: number): string[] {
  const { alarms, end, stepMs, job, item } = run.log.state;
  const kind = job === null ? 'training' : 'job';
  const texts = alarms.map(({ step, message }) => `step ${step}: ${message}`);
  if (end?.outcome === 'failed') texts.push(`${kind} failed: ${end.message}`);
  if (run.status === 'lost') texts.push(run.lastWords === null ? GONE[kind] : `${kind} failed: ${run.lastWords}`);
  const silentMs = nowMs - stepMs;
  const patienceMs = Math.max(MIN_PATIENCE_MS, 1000 * PATIENCE_STEPS * (run.log.state.secondsPerStep() ?? 0));
  if (run.status === 'running' && stepMs > 0 && silentMs > patienceMs) {
    texts.push(`no ${item} for ${formatSeconds(Math.round(silentMs / 1000))}`);
  }
  if (run.log.fault !== null) texts.push(run.log.fault);
  if (disk !== null) texts.push(disk);
  return texts.reverse();
}
