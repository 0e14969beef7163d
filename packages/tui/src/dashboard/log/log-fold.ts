import { parseEventLine, type RunEvent } from '@instagan/core/events';
import { visibleLine } from '../../output/visible.ts';
import { jobCurves, SCORE } from './curve-groups.ts';
import { RunState } from './run-state.ts';
import { StepLineReader } from './step-line-reader.ts';
import type { StepSeries } from './step-series.ts';

/** `{"v":1,"time":"2024-01-02T03:04:05.678Z","type":"step"`: where the word begins. */
const TYPE_OFFSET = 49;
const MAX_READERS = 4;
const STEP_QUOTE = Buffer.from('step"');

/** Where a line lies, to name it in messages. */
export interface LinePlace {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Lines of a log, folded into curves and a summary as they are taken. Memory does not grow with the steps. */
export class LogFold {
  readonly series: StepSeries;
  readonly state = new RunState();
  #time = new Date(0).toISOString();
  #lastStep = 0;
  /** Of the ways in which steps are spelled: those of a warm-up have fewer losses. */
  readonly #readers: StepLineReader[] = [];

  /** @param series where the curves go */
  constructor(series: StepSeries) {
    this.series = series;
  }

  /**
   * Takes the line that lies in `bytes` from `start` to `end`.
   *
   * @throws UserError if it has another schema version
   */
  take(bytes: Buffer, start: number, end: number, { file, line }: LinePlace): void {
    if (isStepLine(bytes, start)) {
      for (const reader of this.#readers) {
        const numbers = reader.read(bytes, start, end);
        if (numbers === null) continue;
        this.#takeStep(numbers.step, numbers.timeMs, reader.names, numbers.values);
        return;
      }
    }
    const event = visibleIn(parseEventLine(bytes.toString('utf8', start, end), { file, line, time: this.#time }));
    this.#time = event.time;
    if (event.type !== 'step') {
      this.#observe(event);
      return;
    }
    const entries = numbersOf(event, '');
    const [names, values] = [entries.map(([name]) => name), entries.map(([, value]) => value)];
    this.#takeStep(event.step, Date.parse(event.time), names, values);
    if (this.#readers.length === MAX_READERS) return;
    const reader = StepLineReader.like(bytes.subarray(start, end));
    if (reader !== null) this.#readers.push(reader);
  }

  #takeStep(step: number, timeMs: number, names: readonly string[], values: ArrayLike<number>): void {
    // The run was resumed, but the line that says so was skipped.
    if (step <= this.#lastStep) this.series.truncate(step - 1);
    this.#lastStep = step;
    this.state.observeStep(step, timeMs);
    this.series.add(step, names, values);
  }

  #observe(event: Exclude<RunEvent, { type: 'step' }>): void {
    if (event.type === 'run-started') {
      this.#lastStep = event.step;
      if (event.resumed) this.series.truncate(event.step);
      else this.series.clear();
    }
    this.state.observe(event);
    if (event.type === 'validation') {
      const names = Object.keys(event.scores).map((name) => SCORE + name);
      this.series.add(event.step, names, Object.values(event.scores));
    }
    if (event.type === 'job-progress') {
      this.series.add(event.step, jobCurves(this.state.item), [event.seconds, event.instances]);
    }
  }
}

/** Settings lie nowhere near as deep. */
const MAX_DEPTH = 50;

/** An event whose texts and names no terminal takes for commands: whoever wrote the log, the dashboard shows it. */
function visibleIn<T>(value: T, depth = 0): T {
  if (typeof value === 'string') return visibleLine(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return '…' as T;
  if (Array.isArray(value)) return value.map((part) => visibleIn(part, depth + 1)) as T;
  const parts = Object.entries(value).map(([key, part]) => [visibleLine(key), visibleIn(part, depth + 1)]);
  return Object.fromEntries(parts) as T;
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
