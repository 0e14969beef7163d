import * as tf from '@tensorflow/tfjs';
import { directRunner, type NamedTensors, type Program } from '../../../program.ts';
import type { Handle, TensorflowBackend } from '../tensorflow-binding.ts';
import { GraphProgram } from './graph-program.ts';
import type { ObservableBinding } from './observable-binding.ts';
import { recordedModel } from './recorded-model.ts';
import { type Constant, isSameShape, Recording, type Value } from './recording.ts';
import type { TensorflowMessages } from './tensorflow-messages.ts';

/** What recording takes of the open backend. */
export interface RecordingBackend {
  readonly backend: TensorflowBackend;
  readonly observed: ObservableBinding;
  readonly messages: TensorflowMessages;
  /** A tensor that kernels keep and never change, by its id. */
  readonly lasting: (id: number) => Constant | undefined;
}

/** Where a tensor comes from: what the program was given, or the results of its graph; by index. */
interface Origin {
  readonly from: 'given' | 'results';
  readonly index: number;
}

interface Parts {
  readonly graph: GraphProgram;
  /** Inputs, then state. */
  readonly shapes: readonly (readonly number[])[];
  readonly outputs: ReadonlyMap<string, Origin>;
  /** For each tensor of the state after a run. */
  readonly state: readonly Origin[];
}

/** A program as a graph of TensorFlow. */
export class RecordedProgram {
  readonly #backend: TensorflowBackend;
  readonly #parts: Parts;

  private constructor(backend: TensorflowBackend, parts: Parts) {
    this.#backend = backend;
    this.#parts = parts;
  }

  /**
   * Runs a program operation by operation, and records it on the way.
   *
   * @returns the outputs, and the recording or why there is none
   * @throws what the program throws
   */
  static record(
    { backend, observed, messages, lasting }: RecordingBackend,
    program: Program,
  ): { readonly outputs: NamedTensors; readonly recorded: RecordedProgram | Error } {
    const given = givenTo(program);
    const fed = given.map((tensor) => handleOf(backend, tensor));
    const recording = new Recording(fed, lasting);
    observed.observer = recording;
    let outputs: NamedTensors;
    try {
      outputs = directRunner.run(program);
    } finally {
      observed.observer = undefined;
    }
    try {
      if (recording.obstacle !== undefined) throw new Error(recording.obstacle);
      const results: Value[] = [];
      const originOf = (tensor: tf.Tensor): Origin => {
        const value = recording.valueOf(handleOf(backend, tensor).id);
        if (value === undefined) throw new Error('the program returns a tensor that it did not make');
        if (value.source.kind === 'fed') return { from: 'given', index: value.source.index };
        return { from: 'results', index: results.push(value) - 1 };
      };
      const origins = new Map(Object.entries(outputs).map(([name, tensor]) => [name, originOf(tensor)]));
      const state = stateOf(program).map(originOf);
      const dtypes = fed.map(({ dtype }) => dtype);
      const model = recordedModel(messages, observed.native, recording, dtypes, results);
      const graph = new GraphProgram(observed.native, model);
      const shapes = given.map(({ shape }) => shape);
      return { outputs, recorded: new RecordedProgram(backend, { graph, shapes, outputs: origins, state }) };
    } catch (error) {
      return { outputs, recorded: error instanceof Error ? error : new Error(String(error)) };
    }
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

function givenTo(program: Program): tf.Tensor[] {
  return [...Object.values(program.inputs), ...stateOf(program)];
}

function stateOf({ state }: Program): tf.Tensor[] {
  return state.flatMap((part) => part.tensors());
}

function handleOf(backend: TensorflowBackend, tensor: tf.Tensor): Handle {
  const [id] = backend.getInputTensorIds([tensor]) as [number];
  return { id, shape: tensor.shape, dtype: backend.getDTypeInteger(tensor.dtype) };
}
