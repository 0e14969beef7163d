import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { lastWords } from './last-words.ts';
import { RunLog } from './run-log.ts';

export type RunStatus = 'starting' | 'running' | 'paused' | 'completed' | 'interrupted' | 'failed' | 'lost';

/** A run that is watched. */
export class RunEntry {
  readonly folder: string;
  readonly log: RunLog;
  #isAlive = false;
  #isHere = false;
  #lastWords: string | null = null;

  constructor(folder: string) {
    this.folder = folder;
    this.log = new RunLog(folder);
  }

  /** Name of its folder; of a job, what it does to what. */
  get name(): string {
    const { job } = this.log.state;
    return job === null ? path.basename(path.resolve(this.folder)) : `${job.job} ${path.basename(job.input)}`;
  }

  /** Checks whether a process is training the run or doing the job. */
  checkAlive(): void {
    this.#isAlive = isTrained(this.folder);
    this.#isHere = this.#isAlive && this.trainer() !== null;
    this.#lastWords = this.#isAlive ? null : lastWords(this.folder);
  }

  /** The error that a training in the background printed before it ended; null if there is none. */
  get lastWords(): string | null {
    return this.#lastWords;
  }

  /** The process on this machine that the run is locked for; null if there is none. */
  trainer(): number | null {
    const { pid, host } = readLock(this.folder);
    return host === hostname() ? pid : null;
  }

  get isLive(): boolean {
    return this.#isAlive && this.log.state.end === null;
  }

  /** Whether it is live, by a process of this machine. */
  get isLiveHere(): boolean {
    return this.isLive && this.#isHere;
  }

  /** Whether it takes commands. */
  get isTraining(): boolean {
    return this.isLive && this.log.state.job === null;
  }

  get status(): RunStatus {
    const { end, startedMs, isPaused } = this.log.state;
    if (end !== null) return end.outcome;
    if (startedMs === 0) return 'starting';
    if (!this.#isAlive) return 'lost';
    return isPaused ? 'paused' : 'running';
  }
}

/** Whether the lock of a run names a process that is alive; a lock held by another machine is trusted. */
function isTrained(folder: string): boolean {
  const { pid, host } = readLock(folder);
  if (host !== hostname()) return host !== '';
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Who trains a run; an empty host if nobody does. */
function readLock(folder: string): { pid: number; host: string } {
  try {
    const [pid = '', host = ''] = readFileSync(path.join(folder, 'run.lock'), 'utf8').trim().split(' ');
    return { pid: Number(pid), host };
  } catch {
    return { pid: 0, host: '' };
  }
}
