import type * as tf from '@tensorflow/tfjs';
import { directRunner, type Program } from '../../../../programs/program.ts';
import { type FlatTree, tensorsOf } from '../../../../programs/tree.ts';
import type { Handle, TensorflowBackend } from '../../../../tfjs/tensorflow-binding.ts';
import { GraphProgram } from './graph-program.ts';
import type { ObservableBinding } from './observable-binding.ts';
import { recordedModel } from './recorded-model.ts';
import { givenTo, type Origin, RecordedProgram } from './recorded-program.ts';
import { type Constant, Recording, type Value } from './recording.ts';
import type { TensorflowMessages } from './tensorflow-messages.ts';

/** What recording takes of the open backend. */
export interface RecordingBackend {
  readonly backend: TensorflowBackend;
  readonly observed: ObservableBinding;
  readonly messages: TensorflowMessages;
  /** A tensor that kernels keep and never change, by its id. */
  readonly lasting: (id: number) => Constant | undefined;
}

/** One run of a program, operation by operation, with a record of it. */
export class ProgramLog {
  /** Of the program; they belong to the caller. */
  readonly outputs: FlatTree;
  readonly #recording: Recording;
  readonly #backend: RecordingBackend;
  readonly #program: Program;
  /** What the program was given: shapes and data types. */
  readonly #given: readonly Handle[];

  /**
   * Runs a program.
   *
   * @throws what the program throws
   */
  constructor(backend: RecordingBackend, program: Program) {
    const { observed, lasting } = backend;
    this.#backend = backend;
    this.#program = program;
    this.#given = givenTo(program).map((tensor) => handleOf(backend.backend, tensor));
    this.#recording = new Recording(this.#given, lasting);
    observed.observer = this.#recording;
    try {
      this.outputs = directRunner.run(program);
    } finally {
      observed.observer = undefined;
    }
  }

  /** Whether the record is complete; otherwise it cannot become a graph. */
  get isWhole(): boolean {
    return this.#recording.obstacle === undefined;
  }

  /** Operations of TensorFlow that it ran. */
  get operations(): number {
    return this.#recording.operations.length;
  }

  /**
   * Makes a graph of the run. Call it before the outputs and the state change.
   *
   * @throws Error with the reason if that is impossible
   */
  recorded(): RecordedProgram {
    const { backend, observed, messages } = this.#backend;
    const recording = this.#recording;
    if (recording.obstacle !== undefined) throw new Error(recording.obstacle);
    const results: Value[] = [];
    const originOf = (tensor: tf.Tensor): Origin => {
      const value = recording.valueOf(handleOf(backend, tensor).id);
      if (value === undefined) throw new Error('the program returns a tensor that it did not make');
      if (value.source.kind === 'fed') return { from: 'given', index: value.source.index };
      return { from: 'results', index: results.push(value) - 1 };
    };
    const { tensors, structure } = this.outputs;
    const outputs = tensors.map(originOf);
    const state = tensorsOf(this.#program.state).map(originOf);
    const dtypes = this.#given.map(({ dtype }) => dtype);
    const graph = new GraphProgram(
      observed.native,
      recordedModel(messages, observed.native, recording, dtypes, results),
    );
    return new RecordedProgram(backend, { graph, outputs, structure, state });
  }
}

function handleOf(backend: TensorflowBackend, tensor: tf.Tensor): Handle {
  const [id] = backend.getInputTensorIds([tensor]) as [number];
  return { id, shape: tensor.shape, dtype: backend.getDTypeInteger(tensor.dtype) };
}
