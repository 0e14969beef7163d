import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';

const accumulateOp = defineOp<Record<string, never>>({
  name: 'Accumulate',
  reference: (inputs) => {
    const { totals, more } = inputs as unknown as Record<'totals' | 'more', readonly tf.Tensor[]>;
    return totals.map((total, i) => tf.add(total, more[i] as tf.Tensor));
  },
});

/**
 * Adds tensors pair by pair: the gradients of several losses.
 *
 * @param totals may be overwritten: do not use them afterwards
 * @param more as many, each of the shape of its total
 */
export function accumulate(totals: readonly tf.Tensor[], more: readonly tf.Tensor[]): tf.Tensor[] {
  if (totals.length === 0) return [];
  return accumulateOp({ totals, more } as unknown as Record<string, tf.Tensor>, {});
}
