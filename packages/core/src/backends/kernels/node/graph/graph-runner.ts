import { messageOf } from '../../../../errors.ts';
import { directRunner, type Program, type ProgramRunner } from '../../../../programs/program.ts';
import { type KnownProgram, ProgramCache } from '../../../../programs/program-cache.ts';
import type { FlatTree } from '../../../../programs/tree.ts';
import { ProgramLog, type RecordingBackend } from './program-log.ts';
import type { RecordedProgram } from './recorded-program.ts';

/** Measured time to record and load a graph, for each of its operations. */
const RECORDING_SECONDS = 1.5e-4;

/**
 * A recording is worth its memory if its operations take at most this long on average: in a graph each takes some 0.03 to
 * 0.04 ms less.
 */
const MAX_OPERATION_SECONDS = 5e-4;

/** Operations and constants to keep in all recordings together: each takes some kilobytes. */
const MAX_OPERATIONS = 72_000;

/** Programs without a recording to remember. */
const MAX_PROGRAMS = 1024;

/**
 * Records programs that run often as graphs of TensorFlow: a run is then one call of the addon instead of thousands, and
 * independent operations run at the same time. A program is recorded once its runs have taken as long as recording takes,
 * unless its operations are so slow that calling them one by one hardly matters.
 */
export class GraphRunner implements ProgramRunner {
  readonly #backend: RecordingBackend;
  readonly #log: (message: string) => void;
  readonly #cache = new ProgramCache<RecordedProgram>({
    programs: MAX_PROGRAMS,
    costOf: (recordings) => recordings.reduce((sum, { size }) => sum + size, 0),
    cost: () => MAX_OPERATIONS,
  });

  /** @param log receives a sentence for each program that cannot be recorded */
  constructor(backend: RecordingBackend, log: (message: string) => void = () => {}) {
    this.#backend = backend;
    this.#log = log;
  }

  run(program: Program): FlatTree {
    const known = this.#cache.visit(program.key);
    if (known.recording !== undefined) return known.recording.run(program);
    return known.isRefused ? directRunner.run(program) : this.#compute(program, known);
  }

  /** Frees all recordings. */
  dispose(): void {
    this.#cache.clear();
  }

  /** Runs a program operation by operation, and records it if it has run long enough. */
  #compute(program: Program, known: KnownProgram<RecordedProgram>): FlatTree {
    // At the first run also tensors of others may be uploaded, which would pass for constants of the program.
    const isFirst = known.seconds === 0;
    const begin = performance.now();
    const log = new ProgramLog(this.#backend, program);
    const seconds = (performance.now() - begin) / 1000;
    known.seconds += seconds;
    const isDue = !isFirst && known.seconds >= RECORDING_SECONDS * log.operations;
    const isLong = log.isWhole && seconds > MAX_OPERATION_SECONDS * log.operations;
    // What was used since the program first came is as much worth keeping.
    if (!isDue || isLong || !this.#cache.makeRoom(log.operations, known.firstRun)) return log.outputs;
    try {
      this.#cache.keep(known, log.recorded());
    } catch (error) {
      known.isRefused = true;
      this.#log(`A computation stays slower than it could be, since it cannot be recorded: ${messageOf(error)}.`);
    }
    return log.outputs;
  }
}
