import { directRunner, type NamedTensors, type Program, type ProgramRunner } from '../../program.ts';
import type { Dispatcher } from './dispatcher.ts';
import { ProgramRecording } from './program-recording.ts';
import { claimState } from './program-state.ts';
import { bytesOf, RecordingArena } from './recording-arena.ts';

/** Recordings kept at a time; they share their memory, but each has commands and constants of its own. */
const MOST_RECORDINGS = 64;
/** Keys remembered of programs that were run once: what comes only once is not kept. */
const MOST_KEYS = 4096;
/** The arena may take so many times what the largest recording takes... */
const MOST_ARENA_EXCESS = 1.25;
/** ...or so many bytes. */
const KEPT_ARENA_BYTES = 256 * 2 ** 20;

/**
 * Records the commands that programs give to the GPU, and replays them when they are run again: that takes a sixth of the
 * time that TensorFlow.js needs to make them. Programs are recorded before their commands are run, at the first time too; of
 * those that come again the recording is kept, as long as their state stays in its memory.
 */
export class ProgramRecorder implements ProgramRunner {
  readonly #gpu: Dispatcher;
  readonly #arena: RecordingArena;
  /** The one used last comes last. */
  readonly #recordings = new Map<string, ProgramRecording>();
  readonly #keys = new Set<string>();

  constructor(gpu: Dispatcher) {
    this.#gpu = gpu;
    this.#arena = new RecordingArena(gpu.pool);
  }

  run(program: Program): NamedTensors {
    // What is timed is timed operation by operation.
    if (this.#gpu.stream.timing) return directRunner.run(program);
    const { key, state, inputs } = program;
    const homes = claimState(this.#gpu, state);
    let recording = this.#recordings.get(key);
    if (recording !== undefined && !isAt(recording.homes, homes)) {
      this.#drop(key);
      recording = undefined;
    }
    recording ??= this.#record(program, homes);
    const outputs = recording.replay(this.#gpu, inputs);
    this.#keep(key, recording);
    return outputs;
  }

  #record(program: Program, homes: readonly GPUBuffer[]): ProgramRecording {
    const memory = this.#arena.open(homes);
    try {
      return new ProgramRecording(this.#gpu, memory, homes, program);
    } catch (error) {
      // A tensor that was left behind may lie in what other recordings overwrite.
      for (const key of this.#recordings.keys()) this.#drop(key);
      memory.dispose();
      throw error;
    }
  }

  /** Keeps a recording that was run, if it is worth it. */
  #keep(key: string, recording: ProgramRecording): void {
    const recordings = this.#recordings;
    if (!this.#keys.has(key)) {
      if (this.#keys.size >= MOST_KEYS) this.#keys.clear();
      this.#keys.add(key);
      recording.memory.dispose();
      return;
    }
    const isNew = !recordings.delete(key);
    recordings.set(key, recording);
    if (!isNew) return;
    const largest = Math.max(...[...recordings.values()].map(({ memory }) => bytesOf(memory.used)));
    const most = Math.max(KEPT_ARENA_BYTES, MOST_ARENA_EXCESS * largest);
    while (recordings.size > MOST_RECORDINGS || (recordings.size > 1 && this.#arena.bytes > most)) {
      this.#drop(recordings.keys().next().value as string);
    }
  }

  #drop(key: string): void {
    this.#recordings.get(key)?.memory.dispose();
    this.#recordings.delete(key);
  }
}

/** Whether a recording finds the state where it was. */
function isAt(recorded: readonly GPUBuffer[], homes: readonly GPUBuffer[]): boolean {
  return recorded.length === homes.length && recorded.every((buffer, i) => buffer === homes[i]);
}
