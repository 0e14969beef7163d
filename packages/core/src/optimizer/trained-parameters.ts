import * as tf from '@tensorflow/tfjs';
import { adamRates, adamUpdate } from '../ops/adam.ts';
import type { State } from '../programs/state.ts';
import type { Gradients } from './gradients.ts';

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
export class TrainedParameters {
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

  /** All tensors, as a compiled function replaces them. */
  get state(): readonly State[] {
    return [this.parameters, this.moments];
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

  dispose(): void {
    tf.dispose([...this.parameters.values()]);
    for (const moments of this.moments.values()) tf.dispose(moments);
  }
}
