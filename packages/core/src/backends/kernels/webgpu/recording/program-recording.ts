import * as tf from '@tensorflow/tfjs';
import type { Program } from '../../../../programs/program.ts';
import type { FlatTree, Structure } from '../../../../programs/tree.ts';
import type { Copy, Section } from '../device/command-log.ts';
import type { Dispatcher } from '../device/dispatcher.ts';
import { releaseDerived, writeBackState } from './program-state.ts';
import type { RecordingMemory } from './recording-memory.ts';

/** The buffer of a tensor while a recording runs; tensors without elements have none. */
interface Place {
  readonly buffer: GPUBuffer | null;
  readonly shape: number[];
  readonly dtype: tf.DataType;
}

/** The commands of a program, and where it expects and leaves its tensors. */
export class ProgramRecording {
  readonly memory: RecordingMemory;
  readonly #sections: readonly Section[];
  readonly #inputs: readonly Place[];
  readonly #outputs: readonly Place[];
  readonly #structure: Structure;
  /** Copies that bring the new state to its buffers. */
  readonly #moves: readonly Copy[];

  /**
   * Records the commands of a program, and runs none of them even if it fails.
   *
   * @param stateBuffers memory of the program's state, tensor by tensor
   * @throws Error if it uses tensors that it does not declare, or keeps some
   */
  constructor(gpu: Dispatcher, memory: RecordingMemory, stateBuffers: readonly GPUBuffer[], program: Program) {
    this.memory = memory;
    let inputs: Place[] = [];
    let outputs: Place[] = [];
    let moves: Copy[] = [];
    let made: FlatTree | undefined;
    const before = tf.memory().numTensors;
    this.#sections = gpu.stream.record(memory, () => {
      try {
        tf.tidy(() => {
          const given = program.inputs.map((tensor) => placeholder(gpu, tensor));
          inputs = given.map((tensor) => placeOf(gpu, tensor));
          made = program.compute(given);
          outputs = made.tensors.map((tensor) => placeOf(gpu, tensor));
        });
      } finally {
        moves = writeBackState(gpu, program.state, stateBuffers);
        releaseDerived(gpu, program.captured);
        tf.dispose([...(made?.tensors ?? [])]);
      }
    });
    if (tf.memory().numTensors !== before) throw new Error('A program keeps tensors that it does not return.');
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#structure = (made as unknown as FlatTree).structure;
    this.#moves = moves;
  }

  /**
   * @param inputs in the order, and of the shapes and types, of those that were recorded
   * @returns the outputs, kept
   */
  replay(gpu: Dispatcher, inputs: readonly tf.Tensor[]): FlatTree {
    for (const [i, { buffer }] of this.#inputs.entries()) {
      if (buffer !== null) gpu.set(buffer, inputs[i] as tf.Tensor);
    }
    gpu.stream.replay(this.#sections);
    const tensors = this.#outputs.map(({ buffer, shape, dtype }) => {
      if (buffer === null) return tf.keep(tf.tensor([], shape, dtype));
      const output = gpu.output(shape, dtype);
      gpu.stream.copy({ from: buffer, to: gpu.buffer(output), bytes: 4 * tf.util.sizeFromShape(shape) });
      return tf.keep(tf.engine().makeTensorFromTensorInfo(output));
    });
    for (const move of this.#moves) gpu.stream.copy(move);
    gpu.stream.submit();
    return { tensors, structure: this.#structure };
  }

  dispose(): void {
    this.memory.dispose();
  }
}

/** Stands in for an input while its program is recorded. It lies on the GPU: tfjs may compute with small tensors on the CPU. */
function placeholder(gpu: Dispatcher, { shape, dtype, size }: tf.Tensor): tf.Tensor {
  return size === 0 ? tf.tensor([], shape, dtype) : tf.engine().makeTensorFromTensorInfo(gpu.output(shape, dtype));
}

function placeOf(gpu: Dispatcher, tensor: tf.Tensor): Place {
  const { shape, dtype, size } = tensor;
  return { buffer: size === 0 ? null : gpu.buffer(tensor), shape, dtype };
}
