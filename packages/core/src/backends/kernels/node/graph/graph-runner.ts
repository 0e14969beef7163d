import { messageOf } from '../../../../errors.ts';
import { directRunner, type NamedTensors, type Program, type ProgramRunner } from '../../../program.ts';
import { ProgramLog, type RecordingBackend } from './program-log.ts';
import type { RecordedProgram } from './recorded-program.ts';

/** What recording and loading a graph takes for each of its operations, measured. */
const RECORDING_SECONDS = 1.5e-4;

/**
 * What an operation takes at most, on average, for a recording to be worth its memory: in a graph it takes some 0.03 to
 * 0.04 ms less.
 */
const LONGEST_OPERATION_SECONDS = 5e-4;

/** Operations and constants of all recordings together: each takes some kilobytes. */
const MOST_OPERATIONS = 72_000;

/** Programs that are watched at most; those seen last are. */
const MOST_CANDIDATES = 1024;

/** A program that was only run operation by operation until now. */
interface Candidate {
  /** The number of the run, of any program, at which it first came. */
  readonly since: number;
  /** Spent on it. */
  seconds: number;
  /** It cannot be recorded. */
  refused: boolean;
}

interface Recorded {
  readonly program: RecordedProgram;
  /** The number of the run at which it last came. */
  lastRun: number;
}

/**
 * Records programs that come again and again as graphs of TensorFlow: a run is then one call of the addon instead of
 * thousands, and independent operations are done at the same time. A program is recorded once as much time went into
 * running it as recording it takes, unless its operations take so long that calling them one by one hardly matters.
 */
export class GraphRunner implements ProgramRunner {
  readonly #backend: RecordingBackend;
  readonly #log: (message: string) => void;
  /** Those run last come last, as among the candidates. */
  readonly #recorded = new Map<string, Recorded>();
  readonly #candidates = new Map<string, Candidate>();
  #runs = 0;

  /** @param log receives a sentence for each program that cannot be recorded */
  constructor(backend: RecordingBackend, log: (message: string) => void = () => {}) {
    this.#backend = backend;
    this.#log = log;
  }

  run(program: Program): NamedTensors {
    const { key } = program;
    // Part of a program that is run.
    if (this.#backend.observed.observer !== undefined) return directRunner.run(program);
    this.#runs++;
    const known = this.#recorded.get(key);
    if (known !== undefined) {
      known.lastRun = this.#runs;
      putLast(this.#recorded, key, known);
      return known.program.run(program);
    }
    const candidate = this.#candidates.get(key) ?? { since: this.#runs, seconds: 0, refused: false };
    putLast(this.#candidates, key, candidate);
    if (this.#candidates.size > MOST_CANDIDATES) this.#candidates.delete(firstKey(this.#candidates));
    return candidate.refused ? directRunner.run(program) : this.#compute(program, candidate);
  }

  /** Frees all recordings. */
  dispose(): void {
    for (const { program } of this.#recorded.values()) program.dispose();
    this.#recorded.clear();
  }

  /** Runs a program operation by operation, and records it if it is time to. */
  #compute(program: Program, candidate: Candidate): NamedTensors {
    // At the first run also tensors of others may be uploaded, which would pass for constants of the program.
    const isFirst = candidate.seconds === 0;
    const begin = performance.now();
    const log = new ProgramLog(this.#backend, program);
    const seconds = (performance.now() - begin) / 1000;
    candidate.seconds += seconds;
    const isDue = !isFirst && candidate.seconds >= RECORDING_SECONDS * log.operations;
    const isLong = log.isWhole && seconds > LONGEST_OPERATION_SECONDS * log.operations;
    if (!isDue || isLong || !this.#makeRoom(log.operations, candidate)) return log.outputs;
    try {
      this.#recorded.set(program.key, { program: log.recorded(), lastRun: this.#runs });
      this.#candidates.delete(program.key);
    } catch (error) {
      candidate.refused = true;
      this.#log(`A computation stays slower than it could be, since it cannot be recorded: ${messageOf(error)}.`);
    }
    return log.outputs;
  }

  /** Drops recordings that were not run since a candidate first came, until there is room for it. */
  #makeRoom(operations: number, { since }: Candidate): boolean {
    for (;;) {
      const held = [...this.#recorded.values()].reduce((sum, { program }) => sum + program.size, 0);
      if (held + operations <= MOST_OPERATIONS) return true;
      const [oldest] = this.#recorded;
      if (oldest === undefined || oldest[1].lastRun >= since) return false;
      oldest[1].program.dispose();
      this.#recorded.delete(oldest[0]);
    }
  }
}

function putLast<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
}

function firstKey(map: ReadonlyMap<string, unknown>): string {
  return map.keys().next().value as string;
}
