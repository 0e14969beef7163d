import * as tf from '@tensorflow/tfjs';
import { inScope } from '../ops/in-scope.ts';

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** Tensors that a program replaces by others of the same names and shapes, such as the weights of a network. */
export interface ProgramState {
  /** The tensors it consists of now, in an order that stays. */
  tensors(): readonly tf.Tensor[];
  /**
   * Takes other tensors in their place, which it keeps; those before are no longer its own.
   *
   * @param next as many as {@link tensors} gives, in its order and shapes
   */
  replace(next: readonly tf.Tensor[]): void;
}

/**
 * A computation that does the same operations on the same shapes each time it runs, so that a backend may record them at
 * one time and replay them at others: what varies from run to run comes in through `inputs` and `state` alone.
 */
export interface Program {
  /** Tells programs apart: of equal keys are those whose operations and shapes are equal and that work on equal states. */
  readonly key: string;
  /** Read and given back. */
  readonly inputs: NamedTensors;
  /** Read, and replaced or left as it is. */
  readonly state: readonly ProgramState[];
  /**
   * Computes the outputs, and advances `state`. Reads no values, and nothing but `inputs` and `state`; must not count on being
   * called. What it makes and does not return is disposed of.
   *
   * @param inputs the values of `Program.inputs`, not necessarily the same tensors
   */
  readonly compute: (inputs: NamedTensors) => NamedTensors;
}

/** Runs programs. */
export interface ProgramRunner {
  /** @returns the outputs, kept, which belong to the caller */
  run(program: Program): NamedTensors;
}

/** Computes each program anew, operation by operation. */
export const directRunner: ProgramRunner = {
  run: ({ inputs, compute }) =>
    inScope(() => {
      const outputs = compute(inputs);
      for (const tensor of Object.values(outputs)) tf.keep(tensor);
      return outputs;
    }),
};

/**
 * Tells a program apart by the names and shapes of its inputs and by its constants.
 *
 * @param constants all numbers and flags that decide which operations are done
 */
export function programKey(name: string, inputs: NamedTensors, constants: object): string {
  const shapes = Object.entries(inputs).map(([input, { shape }]) => [input, shape]);
  return JSON.stringify([name, constants, shapes]);
}
