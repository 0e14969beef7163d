import { directRunner, type NamedTensors, type Program, type ProgramRunner } from '../../../program.ts';
import { RecordedProgram, type RecordingBackend } from './recorded-program.ts';

/** What recording and loading a graph takes for each of its operations, measured. */
const RECORDING_SECONDS = 1.5e-4;

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
  operations: number;
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
 * running it as recording it takes.
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
    const candidate = this.#candidates.get(key) ?? { since: this.#runs, seconds: 0, operations: 0, refused: false };
    putLast(this.#candidates, key, candidate);
    if (this.#candidates.size > MOST_CANDIDATES) this.#candidates.delete(firstKey(this.#candidates));
    if (candidate.refused) return directRunner.run(program);
    return this.#isDue(candidate) ? this.#record(program, candidate) : this.#watch(program, candidate);
  }

  /** Frees all recordings. */
  dispose(): void {
    for (const { program } of this.#recorded.values()) program.dispose();
    this.#recorded.clear();
  }

  #isDue({ operations, seconds, since }: Candidate): boolean {
    if (operations === 0 || seconds < RECORDING_SECONDS * operations) return false;
    const held = [...this.#recorded.values()].reduce((sum, { program }) => sum + program.size, 0);
    if (held + operations <= MOST_OPERATIONS) return true;
    const oldest = firstKey(this.#recorded);
    const { program, lastRun } = this.#recorded.get(oldest) as Recorded;
    if (lastRun >= since) return false;
    program.dispose();
    this.#recorded.delete(oldest);
    return this.#isDue({ operations, seconds, since, refused: false });
  }

  #watch(program: Program, candidate: Candidate): NamedTensors {
    const { observed } = this.#backend;
    let operations = 0;
    observed.observer = { operation: () => operations++, tensor: () => {} };
    const begin = performance.now();
    try {
      return directRunner.run(program);
    } finally {
      observed.observer = undefined;
      candidate.seconds += (performance.now() - begin) / 1000;
      candidate.operations = operations;
    }
  }

  #record(program: Program, candidate: Candidate): NamedTensors {
    const { outputs, recorded } = RecordedProgram.record(this.#backend, program);
    if (recorded instanceof Error) {
      candidate.refused = true;
      this.#log(`A computation stays slower than it could be, since it cannot be recorded: ${recorded.message}.`);
    } else {
      this.#candidates.delete(program.key);
      this.#recorded.set(program.key, { program: recorded, lastRun: this.#runs });
    }
    return outputs;
  }
}

function putLast<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
}

function firstKey(map: ReadonlyMap<string, unknown>): string {
  return map.keys().next().value as string;
}
