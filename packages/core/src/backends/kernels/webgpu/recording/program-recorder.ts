import { directRunner, type Program, type ProgramRunner } from '../../../../programs/program.ts';
import { type KnownProgram, ProgramCache } from '../../../../programs/program-cache.ts';
import type { FlatTree } from '../../../../programs/tree.ts';
import type { Dispatcher } from '../device/dispatcher.ts';
import { ProgramRecording } from './program-recording.ts';
import { capturedBuffers, prepareState } from './program-state.ts';
import { bytesOf, RecordingArena } from './recording-arena.ts';

/** Recordings kept at a time; they share their memory, but each has commands and constants of its own. */
const MAX_RECORDINGS = 64;
/** Programs remembered that were run once: what comes only once is not kept. */
const MAX_PROGRAMS = 4096;
/** The arena may take so many times what the largest recording takes... */
const MAX_ARENA_EXCESS = 1.25;
/** ...or so many bytes. */
const KEPT_ARENA_BYTES = 256 * 2 ** 20;

/**
 * Records the commands that programs give to the GPU, and replays them when they are run again: that takes a sixth of the
 * time that TensorFlow.js needs to make them. Programs are recorded before their commands are run, at the first time too; of
 * those that come again the recording is kept.
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
    // What is timed is timed operation by operation.
    if (stream.timing) return directRunner.run(program);
    const stateBuffers = prepareState(this.#gpu, program.state);
    const buffers = { state: stateBuffers, captured: capturedBuffers(this.#gpu, program.captured) };
    // A recording works on the buffers of its state and of what it captured: with others it is another one.
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
      // A tensor that was left behind may lie in what other recordings overwrite.
      this.#cache.clear();
      memory.dispose();
      throw error;
    }
  }

  /** Keeps a recording that was run, if it is worth it. */
  #keep(known: KnownProgram<ProgramRecording>, recording: ProgramRecording): void {
    if (known.firstRun === known.lastRun) {
      recording.dispose();
      return;
    }
    this.#cache.keep(known, recording);
    this.#cache.makeRoom();
  }
}
