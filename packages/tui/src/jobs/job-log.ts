import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  type EventLog,
  eventLogFile,
  jobsFolder,
  lockRun,
  makeFolder,
  openEventLog,
  type RunEvent,
  type RunEventBody,
  type RunLock,
} from '@instagan/core';

type Body<T extends RunEvent['type']> = Omit<Extract<RunEventBody, { type: T }>, 'type'>;

/** What a job says of itself when it begins. */
export type JobDescription = Body<'job-started'>;

/** Time between two entries of the log, however fast the items follow each other. */
const LOG_INTERVAL_MS = 500;
/** Logs of jobs are kept for so long after their last entry, and no more of them than so many. */
const KEPT_MS = 7 * 86_400_000;
const MAX_KEPT = 50;

/**
 * The event log of a job, by which `monitor` shows it. It never stands in the job's way: where it cannot be written, the
 * job goes without.
 */
export class JobLog {
  readonly #log: EventLog | null;
  readonly #lock: RunLock | null;
  readonly #totalSteps: number | null;
  #step: number;
  #logged: { readonly step: number; readonly atMs: number };
  #instances = 0;
  #path: string | undefined;

  private constructor({ step, totalSteps }: JobDescription, log: EventLog | null, lock: RunLock | null) {
    this.#log = log;
    this.#lock = lock;
    this.#totalSteps = totalSteps;
    this.#step = step;
    this.#logged = { step, atMs: performance.now() };
  }

  /** Begins a log in the jobs folder, and removes old ones. Paths of the description are made absolute. */
  static async open(description: JobDescription): Promise<JobLog> {
    const { run, input, output } = description;
    const root = jobsFolder();
    const folder = path.join(root, `${new Date().toISOString().replaceAll(/[-:.]/g, '')}-${randomUUID().slice(0, 8)}`);
    try {
      await makeFolder(folder, 0o700);
      removeOldJobs(root);
      const lock = await lockRun(folder);
      const log = await openEventLog(folder);
      const paths = { run: path.resolve(run), input: absolute(input), output: path.resolve(output) };
      await log.append({ type: 'job-started', ...description, ...paths });
      return new JobLog(description, log, lock);
    } catch {
      return new JobLog(description, null, null);
    }
  }

  /**
   * Takes the items done so far.
   *
   * @param instances those of the items since the last call
   * @param picture file that was written
   */
  progress(step: number, instances: number, picture?: string): void {
    this.#step = step;
    this.#instances += instances;
    if (picture !== undefined) this.#path = path.resolve(picture);
    if (performance.now() - this.#logged.atMs >= LOG_INTERVAL_MS) this.#write();
  }

  async close(end: Omit<Body<'job-finished'>, 'step'>): Promise<void> {
    if (this.#step > this.#logged.step) this.#write();
    this.#append({ type: 'job-finished', step: this.#step, ...end });
    await this.#log?.close().catch(() => {});
    await this.#lock?.release().catch(() => {});
  }

  #write(): void {
    const items = this.#step - this.#logged.step;
    const now = performance.now();
    this.#append({
      type: 'job-progress',
      step: this.#step,
      // What the header of a video promises may be too few.
      totalSteps: this.#totalSteps === null ? null : Math.max(this.#totalSteps, this.#step),
      seconds: (now - this.#logged.atMs) / 1000 / items,
      instances: this.#instances / items,
      ...(this.#path === undefined ? {} : { path: this.#path }),
    });
    this.#logged = { step: this.#step, atMs: now };
    this.#instances = 0;
    this.#path = undefined;
  }

  #append(event: RunEventBody): void {
    // A full disk is the job's own trouble soon enough.
    this.#log?.append(event).catch(() => {});
  }
}

/** The input of a video may be a URL. */
function absolute(input: string): string {
  return URL.canParse(input) && /^[a-z][a-z\d+.-]+:/i.test(input) ? input : path.resolve(input);
}

function removeOldJobs(root: string): void {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(root, name))
    .map((folder) => ({ folder, changedMs: lastChange(folder) }))
    .sort((a, b) => b.changedMs - a.changedMs);
  for (const [i, { folder, changedMs }] of folders.entries()) {
    if (i >= MAX_KEPT || Date.now() - changedMs > KEPT_MS) rmSync(folder, { recursive: true, force: true });
  }
}

function lastChange(folder: string): number {
  return statSync(eventLogFile(folder), { throwIfNoEntry: false })?.mtimeMs ?? statSync(folder).mtimeMs;
}
