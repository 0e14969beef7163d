import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names a process among all machines, and tells it from a later one with the same number. */
export interface ProcessIdentity {
  /** At least 1. */
  readonly pid: number;
  readonly host: string;
  /** When and where it began, `BOOT/NAMESPACE/TICKS`; null where the system does not tell. */
  readonly birth: string | null;
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, host: hostName(), birth: birthOf(process.pid) };
}

/** Whether a process is alive: `unknown` if it is of another machine or container, or may be another one with the same number. */
export function fateOf({ pid, host, birth }: ProcessIdentity): 'alive' | 'gone' | 'unknown' {
  if (host !== hostName()) return 'unknown';
  const machine = birth === null ? null : placeOf(birth);
  if (machine !== null) {
    const own = birthOf(process.pid);
    if (own === null || placeOf(own) !== machine) return 'unknown';
    return birthOf(pid) === birth ? 'alive' : 'gone';
  }
  try {
    process.kill(pid, 0);
    return 'unknown';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'unknown' : 'gone';
  }
}

/** This machine's name, in characters that mean nothing to a terminal. */
export function hostName(): string {
  return (
    hostname()
      .replace(/[^\w.:-]/g, '-')
      .slice(0, 255) || 'localhost'
  );
}

/** The birth without its time. */
function placeOf(birth: string): string {
  return birth.slice(0, birth.lastIndexOf('/'));
}

/** Of a process of this machine and container; null if it is gone, or the system is not Linux. */
function birthOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may hold blanks and brackets: the state is field 3, the start field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isZombie = fields[0] === 'Z' || fields[0] === 'X';
    return isZombie ? null : `${boot}/${namespace}/${fields[19]}`;
  } catch {
    return null;
  }
}
