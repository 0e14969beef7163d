import * as tf from '@tensorflow/tfjs';
import type { NamedTensors, Program } from '../../program.ts';
import type { Copy, Section } from './command-log.ts';
import type { Dispatcher } from './dispatcher.ts';
import { settleState } from './program-state.ts';
import type { RecordingMemory } from './recording-memory.ts';

/** Where a tensor lies while a recording runs. Those without elements lie nowhere. */
interface Place {
  readonly buffer: GPUBuffer | null;
  readonly shape: number[];
  readonly dtype: tf.DataType;
}

type Places = Readonly<Record<string, Place>>;

/** The commands of a program, and where it expects and leaves its tensors. */
export class ProgramRecording {
  readonly memory: RecordingMemory;
  /** Memory of the program's state. */
  readonly homes: readonly GPUBuffer[];
  readonly #sections: readonly Section[];
  readonly #inputs: Places;
  readonly #outputs: Places;
  /** Bring what became of the state to where it belongs. */
  readonly #moves: readonly Copy[];

  /**
   * Takes down the commands of a program and runs none of them, not even where it fails.
   *
   * @throws Error if it uses tensors that it does not say, or keeps some
   */
  constructor(gpu: Dispatcher, memory: RecordingMemory, homes: readonly GPUBuffer[], program: Program) {
    this.memory = memory;
    this.homes = homes;
    let inputs: Places = {};
    let outputs: Places = {};
    let moves: Copy[] = [];
    const before = tf.memory().numTensors;
    this.#sections = gpu.stream.record(memory, () => {
      let made: NamedTensors = {};
      try {
        tf.tidy(() => {
          const given = mapValues(program.inputs, (tensor) => placeholder(gpu, tensor));
          inputs = mapValues(given, (tensor) => placeOf(gpu, tensor));
          made = program.compute(given);
          outputs = mapValues(made, (tensor) => placeOf(gpu, tensor));
        });
      } finally {
        moves = settleState(gpu, program.state, homes);
        tf.dispose(Object.values(made));
      }
    });
    if (tf.memory().numTensors !== before) throw new Error('A program keeps tensors that it does not return.');
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#moves = moves;
  }

  /** @returns the outputs, kept */
  replay(gpu: Dispatcher, inputs: NamedTensors): NamedTensors {
    for (const [name, place] of Object.entries(this.#inputs)) {
      const { buffer, shape, dtype } = place;
      const tensor = inputs[name] as tf.Tensor;
      if (!tf.util.arraysEqual(tensor.shape, shape) || tensor.dtype !== dtype) {
        throw new Error(`The input ${name} is ${tensor.dtype} [${tensor.shape}], not ${dtype} [${shape}] as before.`);
      }
      if (buffer !== null) gpu.set(buffer, tensor);
    }
    gpu.stream.replay(this.#sections);
    const outputs = mapValues(this.#outputs, ({ buffer, shape, dtype }) => {
      if (buffer === null) return tf.keep(tf.tensor([], shape, dtype));
      const output = gpu.output(shape, dtype);
      gpu.stream.copy({ from: buffer, to: gpu.buffer(output), bytes: 4 * tf.util.sizeFromShape(shape) });
      return tf.keep(tf.engine().makeTensorFromTensorInfo(output));
    });
    for (const move of this.#moves) gpu.stream.copy(move);
    gpu.stream.submit();
    return outputs;
  }
}

/** Takes the place of an input while its program is recorded. It is on the GPU: what is not might be computed with there and then. */
function placeholder(gpu: Dispatcher, { shape, dtype, size }: tf.Tensor): tf.Tensor {
  return size === 0 ? tf.tensor([], shape, dtype) : tf.engine().makeTensorFromTensorInfo(gpu.output(shape, dtype));
}

function placeOf(gpu: Dispatcher, tensor: tf.Tensor): Place {
  const { shape, dtype, size } = tensor;
  return { buffer: size === 0 ? null : gpu.buffer(tensor), shape, dtype };
}

function mapValues<From, To>(values: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}
