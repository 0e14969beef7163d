import * as tf from '@tensorflow/tfjs';
import type { Program } from '../../../../programs/program.ts';
import { replaceTensors, type State } from '../../../../programs/state.ts';
import { type FlatTree, type Structure, tensorsOf } from '../../../../programs/tree.ts';
import type { TensorflowBackend } from '../../../../tfjs/tensorflow-binding.ts';
import type { GraphProgram } from './graph-program.ts';

/** Where a tensor comes from: what the program was given, or the results of its graph; by index. */
export interface Origin {
  readonly from: 'given' | 'results';
  readonly index: number;
}

interface Parts {
  readonly graph: GraphProgram;
  readonly outputs: readonly Origin[];
  readonly structure: Structure;
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
   * @throws Error if TensorFlow fails; the state is the one before then
   */
  run(program: Program): FlatTree {
    const { graph, outputs, structure, state } = this.#parts;
    const given = givenTo(program);
    const handles = graph.run(this.#backend.getInputTensorIds(given));
    const results = handles.map((handle) => this.#backend.createOutputTensor(handle) as tf.Tensor);
    const taken = ({ from, index }: Origin) => (from === 'results' ? results[index] : given[index]) as tf.Tensor;
    advance(program.state, state.map(taken));
    const tensors = outputs.map((origin) => {
      const tensor = taken(origin);
      return tf.keep(origin.from === 'given' ? tf.clone(tensor) : tensor);
    });
    return { tensors, structure };
  }

  dispose(): void {
    this.#parts.graph.dispose();
  }
}

/** Inputs, then state, then what is captured. */
export function givenTo({ inputs, state, captured }: Program): tf.Tensor[] {
  return [...inputs, ...tensorsOf(state), ...captured];
}

/** Replaces the tensors of states, and disposes of those that are no longer part of them. */
function advance(states: readonly State[], next: readonly tf.Tensor[]): void {
  let place = 0;
  for (const state of states) {
    const before = tensorsOf(state);
    const after = next.slice(place, place + before.length);
    place += before.length;
    if (after.every((tensor, i) => tensor === before[i])) continue;
    replaceTensors(state, after);
    tf.dispose(before.filter((tensor) => !after.includes(tensor)));
  }
}
