import * as tf from '@tensorflow/tfjs';
import type { Parameters } from '../networks/parameters.ts';
import { accumulate } from '../ops/accumulate.ts';
import { isDefinedOp } from '../ops/define-op.ts';
import { withCheapSaving } from '../tfjs/cheap-saving.ts';
import { releaseTapeWhenPassed } from '../tfjs/release-tape.ts';

/** Gradients by parameter name. */
export type Gradients = Map<string, tf.Tensor>;

/** The value of a loss and its gradients with respect to some networks' parameters. */
export interface LossAndGradients {
  readonly loss: tf.Scalar;
  readonly gradients: Gradients[];
}

/**
 * Differentiates `loss` with respect to all parameters of `networks`. Parameters that the loss does not depend on have
 * no entry.
 *
 * @param loss may hand tensors out through `tf.keep`
 */
export function lossAndGradients(loss: () => tf.Scalar, networks: readonly Parameters[]): LossAndGradients {
  const entries = networks.flatMap((parameters, network) =>
    [...parameters].map(([name, tensor]) => ({ network, name, tensor })),
  );
  const wanted = entries.map(({ tensor }) => tensor);
  const releasing = () => {
    const value = loss();
    releaseTapeWhenPassed(isDefinedOp);
    return value;
  };
  const { value, grads } = withCheapSaving(() => tf.engine().gradients(releasing, wanted, undefined, true));
  const gradients: Gradients[] = networks.map(() => new Map());
  entries.forEach(({ network, name }, i) => {
    const gradient = grads[i] as tf.Tensor | null | undefined;
    if (gradient) gradients[network]!.set(name, gradient);
  });
  return { loss: value as tf.Scalar, gradients };
}

/** Adds `more` into `total`, and takes its tensors over. */
export function accumulateGradients(total: Gradients, more: Gradients): void {
  const shared = [...more.keys()].filter((name) => total.has(name));
  const summands = [total, more].map((gradients) => shared.map((name) => gradients.get(name) as tf.Tensor));
  const sums = accumulate(summands[0] as tf.Tensor[], summands[1] as tf.Tensor[]);
  tf.dispose(summands);
  for (const [name, gradient] of more) total.set(name, sums[shared.indexOf(name)] ?? gradient);
}
