import * as tf from '@tensorflow/tfjs';
import { compiled } from '../../programs/compiled.ts';
import type { ProgramRunner } from '../../programs/program.ts';

/**
 * A program that multiplies its input by what it captures, and how often it was computed operation by operation.
 *
 * @param x `[3]`, given to each run
 */
export function scaling(programs: ProgramRunner, x: tf.Tensor) {
  const state = { calls: 0 };
  /** @returns the first value of x times `weights.w` */
  const run = async (weights: ReadonlyMap<string, tf.Tensor>) => {
    const scale = compiled(
      'captured',
      (y: tf.Tensor) => {
        state.calls++;
        return tf.mul(y, weights.get('w') as tf.Tensor);
      },
      { captured: weights, programs },
    );
    const y = scale(x);
    const [value] = await y.data();
    y.dispose();
    return value;
  };
  const weightsOf = (value: number) => new Map([['w', tf.fill([3], value)]]);
  return { state, run, weightsOf };
}
