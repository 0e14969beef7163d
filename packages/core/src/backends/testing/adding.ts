import * as tf from '@tensorflow/tfjs';
import { accumulate } from '../../ops/accumulate.ts';
import { compiled } from '../../programs/compiled.ts';
import type { ProgramRunner } from '../../programs/program.ts';

/**
 * A compiled function under test: `total += x`, in the memory of `total` where a backend can.
 *
 * @param begin called at the beginning of each computation
 * @returns the function with its parts; `state.calls` counts how often it was computed operation by operation
 */
export function adding(programs: ProgramRunner, name = 'add', begin: () => void = () => {}) {
  const totals = new Map([['total', tf.keep(tf.zeros([3]))]]);
  const state = {
    calls: 0,
    get total() {
      return totals.get('total') as tf.Tensor;
    },
    set total(total: tf.Tensor) {
      totals.set('total', tf.keep(total));
    },
  };
  const compute = (x: tf.Tensor) => {
    begin();
    state.calls++;
    const before = state.total;
    state.total = accumulate([before], [tf.mul(x, 1)])[0] as tf.Tensor;
    before.dispose();
    return { doubled: tf.mul(state.total, 2) };
  };
  const states = [totals];
  const add = compiled(name, compute, { state: states, programs });
  return { state, states, compute, run: (x: tf.Tensor) => tf.dispose(add(x)) };
}
