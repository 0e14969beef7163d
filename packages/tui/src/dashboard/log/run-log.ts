import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { eventLogFile, NOT_WAITING, noLog } from '@instagan/core/events';
import { LogFold } from './log-fold.ts';
import type { RunState } from './run-state.ts';
import { StepSeries } from './step-series.ts';
import { SURVEYED_BYTES, surveyLog } from './survey-log.ts';

const BLOCK_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/** One block for all logs: they are read one after the other. */
const block = Buffer.allocUnsafe(BLOCK_BYTES);

/**
 * The log of a run, folded into curves and a summary while it is read: a log of any length takes the same memory. It is
 * polled and read in slices, so that whoever shows it stays responsive.
 */
export class RunLog {
  readonly runFolder: string;
  readonly file: string;
  /** Whether reading failed for good, and why. */
  fault: string | null = null;
  #fold = new LogFold(new StepSeries());
  /** Stands in for a long log until all of it is read. */
  #survey: LogFold | null = null;
  #offsetBytes = 0;
  #sizeBytes = 0;
  #line = 0;
  #inode: number | null = null;
  #isCaughtUp = true;

  constructor(runFolder: string) {
    this.runFolder = runFolder;
    this.file = eventLogFile(runFolder);
  }

  get series(): StepSeries {
    return (this.#survey ?? this.#fold).series;
  }

  get state(): RunState {
    return (this.#survey ?? this.#fold).state;
  }

  /** Whether series and state are known from slices of the log only, as all of it was not read yet. */
  get isSurveyed(): boolean {
    return this.#survey !== null;
  }

  /** Share of the log that was read, from 0 to 1; the beginning of a line at its end does not count. */
  get progress(): number {
    return this.#isCaughtUp ? 1 : this.#offsetBytes / this.#sizeBytes;
  }

  /**
   * Reads what was appended, for about `budgetMs`.
   *
   * @returns whether anything was read, and whether all was
   */
  poll(budgetMs: number): { readonly changed: boolean; readonly caughtUp: boolean } {
    if (this.fault !== null) return { changed: false, caughtUp: true };
    let descriptor: number;
    try {
      descriptor = openSync(this.file, NOT_WAITING);
    } catch {
      return { changed: false, caughtUp: true };
    }
    try {
      const result = this.#read(descriptor, budgetMs);
      this.#isCaughtUp = result.caughtUp;
      return result;
    } catch (error) {
      this.fault = (error as Error).message;
      return { changed: true, caughtUp: true };
    } finally {
      closeSync(descriptor);
    }
  }

  #read(descriptor: number, budgetMs: number): { changed: boolean; caughtUp: boolean } {
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw new Error(noLog(this.file));
    const { ino: inode, size } = found;
    if (this.#inode !== null && (inode !== this.#inode || size < this.#offsetBytes)) this.#reset();
    this.#inode = inode;
    this.#sizeBytes = size;
    const deadline = performance.now() + budgetMs;
    let changed = false;
    if (this.#offsetBytes === 0 && size >= SURVEYED_BYTES) {
      this.#survey = surveyLog(descriptor, size, this.file);
      changed = true;
    }
    do {
      const bytes = readSync(descriptor, block, 0, BLOCK_BYTES, this.#offsetBytes);
      const used = this.#takeLines(block.subarray(0, bytes));
      if (used > 0) changed = true;
      else if (bytes === BLOCK_BYTES) this.#takeLongLine(descriptor);
      else {
        this.#survey = null;
        return { changed, caughtUp: true };
      }
    } while (performance.now() < deadline);
    const caughtUp = this.#offsetBytes >= size;
    if (caughtUp) this.#survey = null;
    return { changed, caughtUp };
  }

  /** Takes the whole lines of a block and moves behind them. @returns their bytes */
  #takeLines(bytes: Buffer): number {
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, start);
      if (end === -1) break;
      this.#line++;
      if (end > start) this.#fold.take(bytes, start, end, { file: this.file, line: this.#line });
      start = end + 1;
    }
    this.#offsetBytes += start;
    return start;
  }

  /** A line that does not fit into the block. */
  #takeLongLine(descriptor: number): void {
    const parts: Buffer[] = [];
    for (let offset = this.#offsetBytes; ; ) {
      const part = Buffer.allocUnsafe(BLOCK_BYTES);
      const bytes = readSync(descriptor, part, 0, BLOCK_BYTES, offset);
      const end = part.subarray(0, bytes).indexOf(NEWLINE);
      if (end !== -1) {
        parts.push(part.subarray(0, end + 1));
        break;
      }
      if (bytes === 0) return;
      parts.push(part.subarray(0, bytes));
      offset += bytes;
    }
    this.#takeLines(Buffer.concat(parts));
  }

  #reset(): void {
    this.#offsetBytes = 0;
    this.#line = 0;
    this.#survey = null;
    this.#fold = new LogFold(new StepSeries());
  }
}
