import { formatSeconds } from '../../output/format.ts';
import type { RunEntry } from './run-entry.ts';

/** A training is stuck if nothing is logged in the time of this many steps, or twice the longest of the last ones. */
const PATIENCE_STEPS = 5;
const PATIENCE_LONGEST = 2;
const MIN_PATIENCE_MS = 10_000;
/** Before the second step, while kernels are compiled. */
const START_PATIENCE_MS = 120_000;

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
  const { alarms, end, job } = run.log.state;
  const kind = job === null ? 'training' : 'job';
  const texts = alarms.map(({ step, message }) => `step ${step}: ${message}`);
  if (end?.outcome === 'failed') texts.push(`${kind} failed: ${end.message}`);
  if (run.status === 'lost') texts.push(run.lastWords === null ? GONE[kind] : `${kind} failed: ${run.lastWords}`);
  const stall = stallOf(run, nowMs);
  if (stall !== null) texts.push(stall);
  if (run.log.fault !== null) texts.push(run.log.fault);
  if (disk !== null) texts.push(disk);
  return texts.reverse();
}

/** Says that a run makes no steps any more, though its process lives; null if it makes them, or may be about to. */
function stallOf({ status, log: { state } }: RunEntry, nowMs: number): string | null {
  if (status !== 'running' || state.stepMs === 0) return null;
  const [pace, longestMs] = [state.secondsPerStep(), state.longestStepMs()];
  const patienceMs =
    pace === null || longestMs === null
      ? START_PATIENCE_MS
      : Math.max(MIN_PATIENCE_MS, 1000 * PATIENCE_STEPS * pace, PATIENCE_LONGEST * longestMs);
  // A checkpoint, samples or a validation may have come since the last step.
  if (nowMs - state.lastMs <= patienceMs) return null;
  const silent = formatSeconds(Math.round((nowMs - state.stepMs) / 1000));
  const usual = pace === null ? '' : `, and one usually takes ${formatSeconds(pace)}`;
  return `no ${state.item} for ${silent}${usual}: the log view may say why`;
}
