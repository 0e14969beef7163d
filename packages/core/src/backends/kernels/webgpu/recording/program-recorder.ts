import { directRunner, type Program, type ProgramRunner } from '../../../../programs/program.ts';
import { type KnownProgram, ProgramCache } from '../../../../programs/program-cache.ts';
import type { FlatTree } from '../../../../programs/tree.ts';
import type { Dispatcher } from '../device/dispatcher.ts';
import { ProgramRecording } from './program-recording.ts';
import { capturedBuffers, prepareState } from './program-state.ts';
import { bytesOf, RecordingArena } from './recording-arena.ts';

/** Recordings to keep: they share the memory of tensors, but each has its own commands and constants. */
const MAX_RECORDINGS = 64;
/** Programs to remember that ran once: only those that run again are worth a recording. */
const MAX_PROGRAMS = 4096;
/** The arena may be this many times as large as its largest recording... */
const MAX_ARENA_EXCESS = 1.25;
/** ...or this large, in bytes. */
const KEPT_ARENA_BYTES = 256 * 2 ** 20;

/**
 * Records the commands of programs and replays them when the programs run again, in a sixth of the time that TensorFlow.js
 * takes to make them. Even a first run records the commands and then runs them; the recording is kept if the program runs
 * again.
 */
export class ProgramRecorder implements ProgramRunner {
  readonly #gpu: Dispatcher;
  readonly #arena: RecordingArena;
  readonly #cache: ProgramCache<ProgramRecording>;

  constructor(gpu: Dispatcher) {
    this.#gpu = gpu;
    this.#arena = new RecordingArena(gpu.pool);
    this.#cache = new ProgramCache({
      programs: MAX_PROGRAMS,
      recordings: MAX_RECORDINGS,
      costOf: () => this.#arena.bytes,
      cost: (recordings) =>
        Math.max(KEPT_ARENA_BYTES, ...recordings.map(({ memory }) => MAX_ARENA_EXCESS * bytesOf(memory.used))),
    });
  }

  run(program: Program): FlatTree {
    const { pool, stream } = this.#gpu;
    // `tf.time` times operation by operation.
    if (stream.timing) return directRunner.run(program);
    const stateBuffers = prepareState(this.#gpu, program.state);
    const buffers = { state: stateBuffers, captured: capturedBuffers(this.#gpu, program.captured) };
    // A recording works on certain buffers of state and captured tensors: other buffers need another recording.
    const places = [...buffers.state, ...buffers.captured].map((buffer) => pool.idOf(buffer));
    const known = this.#cache.visit(`${program.key} ${places.join()}`);
    const isNew = known.recording === undefined;
    const recording = known.recording ?? this.#record(program, buffers);
    const outputs = recording.replay(this.#gpu, program.inputs);
    if (isNew) this.#keep(known, recording);
    return outputs;
  }

  #record(program: Program, buffers: { state: readonly GPUBuffer[]; captured: readonly GPUBuffer[] }) {
    const memory = this.#arena.open([...buffers.state, ...buffers.captured]);
    try {
      return new ProgramRecording(this.#gpu, memory, buffers.state, program);
    } catch (error) {
      // Other recordings may overwrite the memory of a tensor that was left behind.
      this.#cache.clear();
      memory.dispose();
      throw error;
    }
  }

  /** Keeps a recording if it is worth it. */
  #keep(known: KnownProgram<ProgramRecording>, recording: ProgramRecording): void {
    if (known.firstRun === known.lastRun) {
      recording.dispose();
      return;
    }
    this.#cache.keep(known, recording);
    this.#cache.makeRoom();
  }
}
