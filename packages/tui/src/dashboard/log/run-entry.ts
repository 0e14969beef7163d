import path from 'node:path';
import { fateOf, hostName, runHolder } from '@instagan/core/events';
import { lastWords } from './last-words.ts';
import { RunLog } from './run-log.ts';

export type RunStatus = 'starting' | 'running' | 'paused' | 'completed' | 'interrupted' | 'failed' | 'lost';

/** A holder of whose process nobody can tell, on another machine, is taken for gone when its heart stands still for so long. */
const HEART_STILL_MS = 30_000;

/** A run that is watched. */
export class RunEntry {
  readonly folder: string;
  readonly log: RunLog;
  #isAlive = false;
  #isHere = false;
  /** The last heartbeat that was new. */
  #heartbeat = { text: '', seenMs: 0 };
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
    this.#isAlive = this.#hasHolder();
    this.#isHere = this.#isAlive && this.trainer() !== null;
    this.#lastWords = this.#isAlive ? null : lastWords(this.folder);
  }

  /** Checks whether it is alive and reads all of its log, for those who have nothing else to do meanwhile. @returns whether anything was read */
  readWhole(): boolean {
    this.checkAlive();
    let isChanged = false;
    for (;;) {
      const { changed, caughtUp } = this.log.poll(1000);
      isChanged ||= changed;
      if (caughtUp) return isChanged;
    }
  }

  /** The error that a training in the background printed before it ended; null if there is none. */
  get lastWords(): string | null {
    return this.#lastWords;
  }

  /** The process on this machine that the run is locked for; null if there is none. */
  trainer(): number | null {
    const holder = runHolder(this.folder);
    return holder?.host === hostName() ? holder.pid : null;
  }

  #hasHolder(): boolean {
    const holder = runHolder(this.folder);
    const fate = holder === null ? 'gone' : fateOf(holder);
    if (holder === null || fate !== 'unknown') return fate === 'alive';
    // Older versions have no heartbeat: they are trusted.
    if (holder.token === null) return true;
    const text = `${holder.token} ${holder.beat}`;
    if (text !== this.#heartbeat.text) this.#heartbeat = { text, seenMs: performance.now() };
    return performance.now() - this.#heartbeat.seenMs < HEART_STILL_MS;
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
