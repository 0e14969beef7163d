import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { eventLogFile, parseEventLine, type RunEvent } from '@instagan/core/events';
import { jobCurves, SCORE } from './curve-groups.ts';
import { RunState } from './run-state.ts';
import { StepLineReader } from './step-line-reader.ts';
import { StepSeries } from './step-series.ts';

const BLOCK_BYTES = 1 << 20;
const NEWLINE = 0x0a;
/** `{"v":1,"time":"2024-01-02T03:04:05.678Z","type":"step"`: where the word begins. */
const TYPE_OFFSET = 49;
const STEP_QUOTE = Buffer.from('step"');

/** One block for all logs: they are read one after the other. */
const block = Buffer.allocUnsafe(BLOCK_BYTES);

/**
 * The log of a run, folded into curves and a summary while it is read: a log of any length takes the same memory. It is
 * polled and read in slices, so that whoever shows it stays responsive.
 */
export class RunLog {
  readonly runFolder: string;
  readonly file: string;
  readonly series: StepSeries;
  state = new RunState();
  /** Whether reading failed for good, and why. */
  fault: string | null = null;
  #offsetBytes = 0;
  #sizeBytes = 0;
  #line = 0;
  #time = new Date(0).toISOString();
  #inode: number | null = null;
  #stepLines: StepLineReader | null = null;

  /** @param series where the curves go, with room as the caller likes */
  constructor(runFolder: string, series: StepSeries = new StepSeries()) {
    this.runFolder = runFolder;
    this.file = eventLogFile(runFolder);
    this.series = series;
  }

  /** Share of the log that was read, from 0 to 1. */
  get progress(): number {
    return this.#sizeBytes === 0 ? 1 : this.#offsetBytes / this.#sizeBytes;
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
      descriptor = openSync(this.file, 'r');
    } catch {
      return { changed: false, caughtUp: true };
    }
    try {
      return this.#read(descriptor, budgetMs);
    } catch (error) {
      this.fault = (error as Error).message;
      return { changed: true, caughtUp: true };
    } finally {
      closeSync(descriptor);
    }
  }

  #read(descriptor: number, budgetMs: number): { changed: boolean; caughtUp: boolean } {
    const { ino: inode, size } = fstatSync(descriptor);
    if (this.#inode !== null && (inode !== this.#inode || size < this.#offsetBytes)) this.#reset();
    this.#inode = inode;
    this.#sizeBytes = size;
    const deadline = performance.now() + budgetMs;
    let changed = false;
    do {
      const bytes = readSync(descriptor, block, 0, BLOCK_BYTES, this.#offsetBytes);
      const used = this.#takeLines(block.subarray(0, bytes));
      if (used > 0) changed = true;
      else if (bytes === BLOCK_BYTES) this.#takeLongLine(descriptor);
      else return { changed, caughtUp: true };
    } while (performance.now() < deadline);
    return { changed, caughtUp: this.#offsetBytes >= size };
  }

  /** Takes the whole lines of a block and moves behind them. @returns their bytes */
  #takeLines(bytes: Buffer): number {
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, start);
      if (end === -1) break;
      this.#line++;
      if (end > start) this.#takeLine(bytes, start, end);
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

  #takeLine(bytes: Buffer, start: number, end: number): void {
    if (isStepLine(bytes, start)) {
      const numbers = this.#stepLines?.read(bytes, start, end) ?? null;
      if (numbers !== null && this.#stepLines !== null) {
        this.state.observeStep(numbers.step, numbers.timeMs);
        this.series.add(numbers.step, this.#stepLines.names, numbers.values);
        return;
      }
    }
    const text = bytes.toString('utf8', start, end);
    const event = parseEventLine(text, { file: this.file, line: this.#line, time: this.#time });
    this.#time = event.time;
    if (event.type !== 'step') {
      this.#observe(event);
      return;
    }
    this.#takeStep(event);
    this.#stepLines ??= StepLineReader.like(bytes.subarray(start, end));
  }

  #observe(event: Exclude<RunEvent, { type: 'step' }>): void {
    if (event.type === 'run-started') {
      if (event.resumed) this.series.truncate(event.step);
      else this.series.clear();
    }
    this.state.observe(event);
    if (event.type === 'validation') {
      const names = Object.keys(event.scores).map((name) => SCORE + name);
      this.series.add(event.step, names, Object.values(event.scores));
    }
    if (event.type === 'job-progress') {
      const { item } = this.state;
      this.series.add(event.step, jobCurves(item), [event.seconds, event.instances]);
    }
  }

  #takeStep(event: Extract<RunEvent, { type: 'step' }>): void {
    const entries = numbersOf(event, '');
    this.state.observeStep(event.step, Date.parse(event.time));
    this.series.add(
      event.step,
      entries.map(([name]) => name),
      entries.map(([, value]) => value),
    );
  }

  #reset(): void {
    this.#offsetBytes = 0;
    this.#line = 0;
    this.#stepLines = null;
    this.state = new RunState();
    this.series.clear();
  }
}

function isStepLine(bytes: Buffer, start: number): boolean {
  for (let i = 0; i < STEP_QUOTE.length; i++) if (bytes[start + TYPE_OFFSET + i] !== STEP_QUOTE[i]) return false;
  return true;
}

/** All numbers of an event by dotted path, as {@link StepLineReader.names} has them. */
function numbersOf(value: object, prefix: string): [string, number][] {
  return Object.entries(value).flatMap(([key, part]): [string, number][] => {
    const name = prefix + key;
    if (typeof part === 'number') return name === 'v' || name === 'step' ? [] : [[name, part]];
    return typeof part === 'object' && part !== null ? numbersOf(part, `${name}.`) : [];
  });
}
