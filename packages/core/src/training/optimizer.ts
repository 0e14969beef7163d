import * as tf from '@tensorflow/tfjs';
import type { ProgramState } from '../backends/program.ts';
import type { Parameters } from '../networks/parameters.ts';
import { accumulate } from '../ops/accumulate.ts';
import { adamRates, adamUpdate } from '../ops/adam.ts';
import { withCheapSaving } from './cheap-saving.ts';
import { releaseTapeWhenPassed } from './release-tape.ts';

/** Gradients by parameter name. */
export type Gradients = Map<string, tf.Tensor>;

export interface AdamSettings {
  readonly beta1: number;
  readonly beta2: number;
}

/** PyTorch's default, and the authors'; tfjs's own Adam uses 1e-7. */
const EPSILON = 1e-8;

/**
 * The parameters of one network with Adam's moments. Tensors are kept until replaced or disposed; an update makes new
 * ones, since backends cache packed copies of weights by tensor.
 */
export class TrainedParameters implements ProgramState {
  readonly parameters: Map<string, tf.Tensor>;
  readonly moments: Map<string, { m: tf.Tensor; v: tf.Tensor }>;
  /** Updates done. */
  step: number;

  /** Takes ownership of the tensors. */
  constructor(parameters: Map<string, tf.Tensor>, moments?: Map<string, { m: tf.Tensor; v: tf.Tensor }>, step = 0) {
    this.parameters = parameters;
    this.moments =
      moments ?? new Map([...parameters].map(([name, p]) => [name, { m: tf.zerosLike(p), v: tf.zerosLike(p) }]));
    this.step = step;
    for (const tensor of parameters.values()) tf.keep(tensor);
    for (const { m, v } of this.moments.values()) for (const tensor of [m, v]) tf.keep(tensor);
  }

  /** Begins an update. @returns its rates, for {@link update} */
  nextRates(learningRate: number, settings: AdamSettings): tf.Tensor1D {
    this.step++;
    return adamRates(learningRate, settings, this.step);
  }

  /**
   * One Adam update of every parameter that has a gradient. The gradients stay with the caller.
   *
   * @param rates those of {@link nextRates}
   */
  update(gradients: Gradients, rates: tf.Tensor1D, settings: AdamSettings): void {
    const names = [...this.parameters.keys()].filter((name) => gradients.has(name));
    const moments = names.map((name) => this.moments.get(name) as { m: tf.Tensor; v: tf.Tensor });
    const before = {
      parameters: names.map((name) => this.parameters.get(name) as tf.Tensor),
      m: moments.map(({ m }) => m),
      v: moments.map(({ v }) => v),
    };
    const wanted = names.map((name) => gradients.get(name) as tf.Tensor);
    const after = adamUpdate(before, wanted, rates, { ...settings, epsilon: EPSILON });
    names.forEach((name, i) => {
      const [parameter, m, v] = [after.parameters[i], after.m[i], after.v[i]] as [tf.Tensor, tf.Tensor, tf.Tensor];
      this.parameters.set(name, tf.keep(parameter));
      this.moments.set(name, { m: tf.keep(m), v: tf.keep(v) });
    });
    tf.dispose([...before.parameters, ...before.m, ...before.v]);
  }

  /** Parameters, then first moments, then second ones. */
  tensors(): tf.Tensor[] {
    const moments = [...this.parameters.keys()].map((name) => this.moments.get(name) as { m: tf.Tensor; v: tf.Tensor });
    return [...this.parameters.values(), ...moments.map(({ m }) => m), ...moments.map(({ v }) => v)];
  }

  replace(next: readonly tf.Tensor[]): void {
    const names = [...this.parameters.keys()];
    const place = (part: number, i: number) => tf.keep(next[part * names.length + i] as tf.Tensor);
    names.forEach((name, i) => {
      this.parameters.set(name, place(0, i));
      this.moments.set(name, { m: place(1, i), v: place(2, i) });
    });
  }

  dispose(): void {
    tf.dispose([...this.parameters.values()]);
    for (const moments of this.moments.values()) tf.dispose(moments);
  }
}

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
    releaseTapeWhenPassed();
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
