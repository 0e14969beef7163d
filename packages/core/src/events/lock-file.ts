import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { NOT_WAITING } from '../runtime/files.ts';
import type { ProcessIdentity } from '../runtime/process-identity.ts';

/** Who trains a run, or does a job, as the lock in its folder tells. */
export interface RunHolder extends ProcessIdentity {
  /** Tells this lock from all others; null in those of older versions, which have no heartbeat either. */
  readonly token: string | null;
  /** Counts up while the holder lives. */
  readonly beat: number;
}

const FIRST_LINE = /^(\d{1,10}) ([\w.:-]{1,255})(?: ([0-9a-f]{16}) ([\w/-]{1,100}))?$/;
const BEAT_DIGITS = 12;

export function lockFile(runFolder: string): string {
  return path.join(runFolder, 'run.lock');
}

/** `PID HOST TOKEN BIRTH`, and in a line of its own the heartbeat, which is overwritten in place. */
export function formatLock({ pid, host, birth, token, beat }: RunHolder): string {
  return `${pid} ${host} ${token} ${birth ?? '-'}\n${formatBeat(beat)}\n`;
}

export function formatBeat(beat: number): string {
  return String(beat).padStart(BEAT_DIGITS, '0');
}

/** Where the heartbeat begins in a lock's text. */
export function beatPosition(text: string): number {
  return Buffer.byteLength(text) - BEAT_DIGITS - 1;
}

/** @returns null for anything that is no lock, so that what a message names is a number and a plain name */
export function parseLock(text: string): RunHolder | null {
  const [first = '', second = ''] = text.split('\n');
  const [, pid = '', host = '', token = null, birth = '-'] = FIRST_LINE.exec(first) ?? [];
  if (Number(pid) < 1) return null;
  const beat = /^\d+$/.test(second) ? Number(second) : 0;
  return { pid: Number(pid), host, token, birth: birth === '-' ? null : birth, beat };
}

/** Who holds a run now; null if nobody does. */
export function runHolder(runFolder: string): RunHolder | null {
  try {
    const descriptor = openSync(lockFile(runFolder), NOT_WAITING);
    try {
      return parseLock(readFileSync(descriptor, 'utf8'));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}
