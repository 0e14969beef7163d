import * as tf from '@tensorflow/tfjs';
import { accumulate } from '../../ops/accumulate.ts';
import type { Program } from '../program.ts';

/**
 * A program under test: `total += x`, in the memory of `total` where a backend can.
 *
 * @returns the program, and its state, in which `calls` counts how often it was computed operation by operation
 */
export function adding(x: tf.Tensor, key = 'add', changes: Partial<Program> = {}) {
  const state = {
    total: tf.keep(tf.zeros(x.shape)),
    calls: 0,
    tensors: () => [state.total],
    replace([total]: readonly tf.Tensor[]) {
      state.total = tf.keep(total as tf.Tensor);
    },
  };
  const program: Program = {
    key,
    inputs: { x },
    state: [state],
    compute({ x }) {
      state.calls++;
      const before = state.total;
      state.replace(accumulate([before], [tf.mul(x!, 1)]));
      before.dispose();
      return { doubled: tf.mul(state.total, 2) };
    },
    ...changes,
  };
  return { state, program };
}
