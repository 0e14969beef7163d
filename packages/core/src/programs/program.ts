import * as tf from '@tensorflow/tfjs';
import { inScope } from '../ops/in-scope.ts';
import type { State } from './state.ts';
import type { FlatTree } from './tree.ts';

/**
 * A call of a compiled function as a backend sees it. Whatever varies from call to call is in `inputs`, `state` and
 * `captured`, so a recording of one call can be replayed for another one of the same key.
 */
export interface Program {
  /** The same for programs that run the same operations on the same shapes. */
  readonly key: string;
  /** Read. */
  readonly inputs: readonly tf.Tensor[];
  /** Read, and replaced or left as it is. */
  readonly state: readonly State[];
  /** Read where they lie. */
  readonly captured: readonly tf.Tensor[];
  /**
   * Computes the outputs and advances `state`. It reads no values of tensors, and a replay does not call it. Tensors that it
   * makes and does not return are disposed of.
   *
   * @param inputs the values of `Program.inputs`, not necessarily the same tensors
   */
  readonly compute: (inputs: readonly tf.Tensor[]) => FlatTree;
}

/** Runs programs. */
export interface ProgramRunner {
  /** @returns the outputs, kept, which belong to the caller */
  run(program: Program): FlatTree;
}

/** Computes each program anew, operation by operation. */
export const directRunner: ProgramRunner = {
  run: ({ inputs, compute }) =>
    inScope(() => {
      const outputs = compute(inputs);
      for (const tensor of outputs.tensors) tf.keep(tensor);
      return outputs;
    }),
};
