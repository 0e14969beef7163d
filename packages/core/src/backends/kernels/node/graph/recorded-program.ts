import * as tf from '@tensorflow/tfjs';
import type { NamedTensors, Program } from '../../../program.ts';
import type { TensorflowBackend } from '../tensorflow-binding.ts';
import type { GraphProgram } from './graph-program.ts';
import { isSameShape } from './recording.ts';

/** Where a tensor comes from: what the program was given, or the results of its graph; by index. */
export interface Origin {
  readonly from: 'given' | 'results';
  readonly index: number;
}

interface Parts {
  readonly graph: GraphProgram;
  /** Of inputs, then state. */
  readonly shapes: readonly (readonly number[])[];
  readonly outputs: ReadonlyMap<string, Origin>;
  /** For each tensor of the state after a run. */
  readonly state: readonly Origin[];
}

/** A program as a graph of TensorFlow. */
export class RecordedProgram {
  readonly #backend: TensorflowBackend;
  readonly #parts: Parts;

  constructor(backend: TensorflowBackend, parts: Parts) {
    this.#backend = backend;
    this.#parts = parts;
  }

  /** Operations and constants of the graph. */
  get size(): number {
    return this.#parts.graph.size;
  }

  /**
   * @param program of the key of the recorded one
   * @throws Error if it is given other shapes, or TensorFlow fails; the state is the one before then
   */
  run(program: Program): NamedTensors {
    const { graph, shapes, outputs, state } = this.#parts;
    const given = givenTo(program);
    if (given.length !== shapes.length || !given.every(({ shape }, i) => isSameShape(shape, shapes[i] ?? []))) {
      throw new Error(`Programs of different shapes have one key: ${program.key}.`);
    }
    const handles = graph.run(this.#backend.getInputTensorIds(given));
    const results = handles.map((handle) => this.#backend.createOutputTensor(handle) as tf.Tensor);
    const taken = ({ from, index }: Origin) => (from === 'results' ? results[index] : given[index]) as tf.Tensor;
    advance(program, state.map(taken));
    const named = [...outputs].map(([name, origin]) => {
      const tensor = taken(origin);
      return [name, tf.keep(origin.from === 'given' ? tf.clone(tensor) : tensor)] as const;
    });
    return Object.fromEntries(named);
  }

  dispose(): void {
    this.#parts.graph.dispose();
  }
}

/** Inputs, then state. */
export function givenTo(program: Program): tf.Tensor[] {
  return [...Object.values(program.inputs), ...stateOf(program)];
}

export function stateOf({ state }: Program): tf.Tensor[] {
  return state.flatMap((part) => part.tensors());
}

/** Puts tensors in the place of a program's state, and disposes of those that it no longer consists of. */
function advance({ state }: Program, next: readonly tf.Tensor[]): void {
  let place = 0;
  for (const part of state) {
    const before = part.tensors();
    const after = next.slice(place, place + before.length);
    place += before.length;
    if (after.every((tensor, i) => tensor === before[i])) continue;
    part.replace(after);
    tf.dispose(before.filter((tensor) => !after.includes(tensor)));
  }
}
